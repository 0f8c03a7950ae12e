import DispatchCore
import DispatchState
import Synchronization

/// A ride store before whose next commit something else happens: a race whose outcome is known.
final class InterposingStore: RideStore {
  private let store: MemoryRecord
  private let interposed = Mutex<(@Sendable () async throws -> Void)?>(nil)

  init(_ store: MemoryRecord) { self.store = store }

  /// Lets something happen between what the next caller reads and what it commits.
  func beforeNextCommit(_ body: @escaping @Sendable () async throws -> Void) {
    interposed.withLock { $0 = body }
  }

  func commit(_ changes: [Commit]) async throws -> [CommitOutcome] {
    let body = interposed.withLock { interposed in
      defer { interposed = nil }
      return interposed
    }
    try await body?()
    return try await store.commit(changes)
  }

  func insert(_ quote: Quote) async throws -> Inserted<Quote> { try await store.insert(quote) }
  func quote(_ id: QuoteID) async throws -> Quote? { try await store.quote(id) }
  func insert(_ ride: Ride, publishing messages: [OutboxMessage]) async throws -> Inserted<Ride> {
    try await store.insert(ride, publishing: messages)
  }
  func ride(_ id: RideID) async throws -> Ride? { try await store.ride(id) }
  func assignment(of ride: RideID) async throws -> Assignment? { try await store.assignment(of: ride) }
  func offer(_ id: OfferID) async throws -> Offer? { try await store.offer(id) }
  func openOffer(of ride: RideID) async throws -> Offer? { try await store.openOffer(of: ride) }
  func openRides(in region: RegionID, limit: Int) async throws -> [Ride] {
    try await store.openRides(in: region, limit: limit)
  }
  func lapsedOffers(in region: RegionID, at now: Timestamp, limit: Int) async throws
    -> [(assignment: Assignment, offer: Offer)]
  {
    try await store.lapsedOffers(in: region, at: now, limit: limit)
  }
  func soonFreeDrivers(in region: RegionID, expectedFreeBy moment: Timestamp, limit: Int) async throws
    -> [SoonFreeDriver]
  {
    try await store.soonFreeDrivers(in: region, expectedFreeBy: moment, limit: limit)
  }
  func lapsedRides(in region: RegionID, at now: Timestamp, limit: Int) async throws -> [Ride] {
    try await store.lapsedRides(in: region, at: now, limit: limit)
  }
  func unsettledRides(in region: RegionID, completedBefore moment: Timestamp, limit: Int) async throws -> [Ride] {
    try await store.unsettledRides(in: region, completedBefore: moment, limit: limit)
  }
  func rides(_ filter: RideFilter, after cursor: RideID?, limit: Int) async throws -> [Ride] {
    try await store.rides(filter, after: cursor, limit: limit)
  }
  func demand(in region: RegionID, demandSince: Timestamp, completedSince: Timestamp) async throws -> [ZoneDemand] {
    try await store.demand(in: region, demandSince: demandSince, completedSince: completedSince)
  }
  func settlement(of ride: RideID) async throws -> Settlement? { try await store.settlement(of: ride) }
}
