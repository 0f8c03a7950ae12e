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
    /// A driver goes to one pickup at most and drives one rider at most; who waits at a pickup does both.
    var awaitedRideOfDriver: [DriverID: RideID] = [:]
    var presentRideOfDriver: [DriverID: RideID] = [:]
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
    var positions: [DriverID: [Timestamp: Taximeter.Fix]] = [:]
    var history: [RegionID: [Timestamp: [ZoneLoad]]] = [:]
    var clock: ClockSetting?
    /// The latest of each driver.
    var suggestions: [RegionID: [DriverID: Suggestion]] = [:]
    var suggestionIDs: Set<SuggestionID> = []
    var matching = MemoryMatching()
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
      let expectedEnd = expectedEnd(of: before)
      indexes[before.region]?.leave(before, expectedEnd: expectedEnd)
      if activeRideOfRider[before.rider] == ride.id { activeRideOfRider[before.rider] = nil }
      if let driver = before.driver {
        if awaitedRideOfDriver[driver] == ride.id { awaitedRideOfDriver[driver] = nil }
        if presentRideOfDriver[driver] == ride.id { presentRideOfDriver[driver] = nil }
      }
    }
    let expectedEnd = expectedEnd(of: ride)
    indexes[ride.region, default: RegionIndex()].enter(ride, isNew: before == nil, expectedEnd: expectedEnd)
    if ride.state.isActiveForRider { activeRideOfRider[ride.rider] = ride.id }
    if let driver = ride.driver {
      if ride.state.isAwaited { awaitedRideOfDriver[driver] = ride.id }
      if ride.state.isPresent { presentRideOfDriver[driver] = ride.id }
    }
  }

  /// When a ride with its rider aboard should end, going by its quote, which never changes.
  func expectedEnd(of ride: Ride) -> Timestamp? {
    guard ride.state == .started, let start = ride.startedAt, let quote = quotes[ride.quote] else { return nil }
    return start.advanced(bySeconds: quote.durationSeconds)
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
