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
    /// What a query would otherwise have to search all rides for.
    var indexes: [RegionID: RegionIndex] = [:]
    var drivers: [DriverID: DriverStatus] = [:]
    var settlements: [RideID: Settlement] = [:]
    var entries: [String: LedgerEntry] = [:]
    var outbox: [SequencedMessage] = []
    var unpublished: Set<Int64> = []
    var tariffs: [TariffID: Tariff] = [:]
    var history: [RegionID: [Timestamp: [ZoneLoad]]] = [:]
    var clock: ClockSetting?
    var suggestions: [RegionID: [Suggestion]] = [:]
    var suggestionIDs: Set<SuggestionID> = []
    var models: [RegionID: MemoryRecord.Models] = [:]
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
    let before = rides.updateValue(ride, forKey: ride.id)
    if let before {
      indexes[before.region]?.leave(before)
      if activeRideOfRider[before.rider] == ride.id { activeRideOfRider[before.rider] = nil }
      if let driver = before.driver, activeRideOfDriver[driver] == ride.id { activeRideOfDriver[driver] = nil }
    }
    indexes[ride.region, default: RegionIndex()].enter(ride, isNew: before == nil)
    if ride.state.isActiveForRider { activeRideOfRider[ride.rider] = ride.id }
    if let driver = ride.driver, ride.state.hasActiveDriver { activeRideOfDriver[driver] = ride.id }
  }

  /// Keeps an offer, new or closed.
  mutating func put(_ offer: Offer) {
    if let before = offers.updateValue(offer, forKey: offer.id), before.state == .open {
      indexes[before.region]?.openOffers.remove(before.id, at: before.expiresAt)
    }
    if offer.state == .open {
      indexes[offer.region, default: RegionIndex()].openOffers.insert(offer.id, at: offer.expiresAt)
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
