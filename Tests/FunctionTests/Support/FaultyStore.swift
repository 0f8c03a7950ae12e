import DispatchCore
import DispatchState
import Synchronization

/// A record that fails once, before or after the nth thing it is asked to do: as if the process had died there.
final class FaultyStore: RideStore, TariffStore, FareLedger, PositionStore {
  private let store: MemoryRecord
  private let pointsLeft: Mutex<Int>

  /// - Parameters:
  ///   - store: what does the work.
  ///   - point: which fault point fails: every call has one before and one after what it does.
  init(_ store: MemoryRecord, failingAt point: Int) {
    self.store = store
    pointsLeft = Mutex(point)
  }

  /// Whether the fault is still to come.
  var isPending: Bool { pointsLeft.withLock { $0 >= 0 } }

  private func point() throws {
    let fails = pointsLeft.withLock { points in
      points -= 1
      return points == -1
    }
    if fails { throw StateError.unavailable("a fault of the test") }
  }

  private func pass<T: Sendable>(_ body: () async throws -> T) async throws -> T {
    try point()
    let value = try await body()
    try point()
    return value
  }

  func insert(_ quote: Quote) async throws -> Inserted<Quote> { try await pass { try await store.insert(quote) } }
  func quote(_ id: QuoteID) async throws -> Quote? { try await pass { try await store.quote(id) } }
  func insert(_ ride: Ride, publishing messages: [OutboxMessage]) async throws -> Inserted<Ride> {
    try await pass { try await store.insert(ride, publishing: messages) }
  }
  func ride(_ id: RideID) async throws -> Ride? { try await pass { try await store.ride(id) } }
  func assignment(of ride: RideID) async throws -> Assignment? {
    try await pass { try await store.assignment(of: ride) }
  }
  func offer(_ id: OfferID) async throws -> Offer? { try await pass { try await store.offer(id) } }
  func openOffer(of ride: RideID) async throws -> Offer? { try await pass { try await store.openOffer(of: ride) } }
  func openRides(in region: RegionID, limit: Int) async throws -> [Ride] {
    try await pass { try await store.openRides(in: region, limit: limit) }
  }
  func lapsedOffers(in region: RegionID, at now: Timestamp, limit: Int) async throws
    -> [(assignment: Assignment, offer: Offer)]
  {
    try await store.lapsedOffers(in: region, at: now, limit: limit)
  }
  func soonFreeDrivers(in region: RegionID, expectedFreeBy moment: Timestamp, limit: Int) async throws
    -> [SoonFreeDriver]
  {
    try await pass { try await store.soonFreeDrivers(in: region, expectedFreeBy: moment, limit: limit) }
  }
  func lapsedRides(in region: RegionID, at now: Timestamp, limit: Int) async throws -> [Ride] {
    try await pass { try await store.lapsedRides(in: region, at: now, limit: limit) }
  }
  func unsettledRides(in region: RegionID, completedBefore moment: Timestamp, limit: Int) async throws -> [Ride] {
    try await pass { try await store.unsettledRides(in: region, completedBefore: moment, limit: limit) }
  }
  func rides(_ filter: RideFilter, after cursor: RideID?, limit: Int) async throws -> [Ride] {
    try await pass { try await store.rides(filter, after: cursor, limit: limit) }
  }
  func commit(_ changes: [Commit]) async throws -> [CommitOutcome] {
    try await pass { try await store.commit(changes) }
  }
  func demand(in region: RegionID, demandSince: Timestamp, completedSince: Timestamp) async throws -> [ZoneDemand] {
    try await pass {
      try await store.demand(in: region, demandSince: demandSince, completedSince: completedSince)
    }
  }
  func settlement(of ride: RideID) async throws -> Settlement? {
    try await pass { try await store.settlement(of: ride) }
  }
  func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff? {
    try await pass { try await store.tariff(region: region, vehicleClass: vehicleClass, at: time) }
  }
  func tariff(_ id: TariffID) async throws -> Tariff? { try await pass { try await store.tariff(id) } }
  func add(_ tariff: Tariff) async throws -> Tariff { try await pass { try await store.add(tariff) } }
  func tariffs(in region: RegionID?) async throws -> [Tariff] { try await pass { try await store.tariffs(in: region) } }
  func entries(of ride: RideID) async throws -> [LedgerEntry] { try await pass { try await store.entries(of: ride) } }
  func balance(of account: LedgerAccount) async throws -> [Money] {
    try await pass { try await store.balance(of: account) }
  }
  func post(_ entries: [LedgerEntry], settling settlement: Settlement?) async throws -> Int {
    try await pass { try await store.post(entries, settling: settlement) }
  }
  func statement(of account: LedgerAccount, after cursor: StatementLine?, limit: Int) async throws -> [StatementLine] {
    try await pass { try await store.statement(of: account, after: cursor, limit: limit) }
  }
  func unsettledCancellations(in region: RegionID, endedBefore moment: Timestamp, limit: Int) async throws -> [RideID] {
    try await pass { try await store.unsettledCancellations(in: region, endedBefore: moment, limit: limit) }
  }
  func trialBalance() async throws -> [TrialBalanceLine] { try await pass { try await store.trialBalance() } }
  func append(_ positions: [RecordedPosition]) async throws { try await pass { try await store.append(positions) } }
  func forgetPositions(before moment: Timestamp) async throws {
    try await pass { try await store.forgetPositions(before: moment) }
  }
  func positions(of driver: DriverID, from start: Timestamp, to end: Timestamp) async throws -> [Taximeter.Fix] {
    try await pass { try await store.positions(of: driver, from: start, to: end) }
  }
}
