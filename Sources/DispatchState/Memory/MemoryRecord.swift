import DispatchCore
import Synchronization

/// The record in this process's memory: the reference for the one in PostgreSQL. Nothing is kept.
package final class MemoryRecord: Sendable {
  struct State {
    var quotes: [QuoteID: Quote] = [:]
    var quoteKeys: [RiderKey: QuoteID] = [:]
    var rides: [RideID: Ride] = [:]
    var rideKeys: [RiderKey: RideID] = [:]
    var usedQuotes: Set<QuoteID> = []
    var offers: [OfferID: Offer] = [:]
    // What may exist once only, like the unique indexes of the database.
    var activeRideOfRider: [RiderID: RideID] = [:]
    var activeRideOfDriver: [DriverID: RideID] = [:]
    var openOfferOfRide: [RideID: OfferID] = [:]
    var openOfferOfDriver: [DriverID: OfferID] = [:]
    var drivers: [DriverID: DriverStatus] = [:]
    var settlements: [RideID: Settlement] = [:]
    var entries: [String: LedgerEntry] = [:]
    var outbox: [SequencedMessage] = []
    var unpublished: Set<Int64> = []
    var tariffs: [TariffID: Tariff] = [:]
    var history: [RegionID: [Timestamp: [ZoneLoad]]] = [:]
    var clock: ClockSetting?
    var wakeups: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextWakeup = 0
  }

  struct RiderKey: Hashable {
    var rider: RiderID
    var key: String
  }

  let state = Mutex(State())

  package init() {}
}

extension MemoryRecord.State {
  /// Keeps a ride, new or changed, and whom it occupies.
  mutating func put(_ ride: Ride) {
    if let before = rides.updateValue(ride, forKey: ride.id) {
      if activeRideOfRider[before.rider] == ride.id { activeRideOfRider[before.rider] = nil }
      if let driver = before.driver, activeRideOfDriver[driver] == ride.id { activeRideOfDriver[driver] = nil }
    }
    if ride.state.isActiveForRider { activeRideOfRider[ride.rider] = ride.id }
    if let driver = ride.driver, ride.state.hasActiveDriver { activeRideOfDriver[driver] = ride.id }
  }

  /// Keeps an offer, new or closed.
  mutating func put(_ offer: Offer) {
    offers[offer.id] = offer
    if offer.state == .open {
      openOfferOfRide[offer.ride] = offer.id
      openOfferOfDriver[offer.driver] = offer.id
    } else {
      if openOfferOfRide[offer.ride] == offer.id { openOfferOfRide[offer.ride] = nil }
      if openOfferOfDriver[offer.driver] == offer.id { openOfferOfDriver[offer.driver] = nil }
    }
  }

  /// Keeps messages; the caller wakes the publishers afterwards.
  mutating func append(_ messages: [OutboxMessage]) {
    for message in messages {
      let sequence = (outbox.last?.sequence ?? 0) + 1
      outbox.append(SequencedMessage(sequence: sequence, message: message))
      unpublished.insert(sequence)
    }
  }

  /// Wakes whoever publishes.
  func wake() {
    for continuation in wakeups.values { continuation.yield() }
  }
}
