import DispatchCore
import DispatchState
import PostgresState
import Testing

/// The same random calls on the reference in memory and on PostgreSQL: both must answer the same every time.
@Suite(.needsRecordServer, .timeLimit(.minutes(8)))
struct ModelTests {
  private struct Twins {
    var memory: MemoryRecord
    var postgres: PostgresRecord

    func same<T: Equatable>(_ what: String, _ call: (any RecordPorts) async throws -> T) async throws {
      let (expected, found) = (try await call(memory), try await call(postgres))
      #expect(found == expected, "step \(what)")
    }
  }

  private struct Shape {
    var riders = 12
    var drivers = 8
    var steps = 500
  }

  @Test(arguments: 0..<6)
  func postgresFollowsTheReference(_ seed: Int) async throws {
    try await RecordServer.withDatabase { pool in
      let memory = MemoryRecord()
      let twins = Twins(memory: memory, postgres: PostgresRecord(pool: pool, logger: RecordServer.logger))
      var random = SplitMix(seed: UInt64(seed))
      let shape = Shape()
      var seconds = 0
      for step in 0..<shape.steps {
        seconds += Int.random(in: 0...20, using: &random)
        let now = Sample.time(seconds)
        switch Int.random(in: 0..<10, using: &random) {
        case 0...1:
          let driver = Sample.driver(.random(in: 0..<shape.drivers, using: &random))
          let region = Int.random(in: 0..<9, using: &random) == 0 ? Sample.nyc : Sample.sf
          let isOnline = Int.random(in: 0..<4, using: &random) != 0
          try await twins.same("\(step)") {
            try await $0.setShift(driver, region: region, vehicleClass: .standard, isOnline: isOnline, at: now)
          }
        case 2...3:
          let ride = try Sample.ride(
            .random(in: 0..<shape.steps, using: &random),
            rider: Sample.rider(.random(in: 0..<shape.riders, using: &random)),
            key: Bool.random(using: &random) ? "\(Int.random(in: 0..<5, using: &random))" : nil,
            hash: .random(in: 0..<2, using: &random), requestedAt: seconds)
          var quote = Sample.quote(.random(in: 0..<shape.steps, using: &random))
          quote.id = ride.quote
          try await twins.same("\(step)") { try await $0.insert(quote).value }
          try await twins.same("\(step)") { record -> String in
            do {
              let inserted = try await record.insert(ride, publishing: [Sample.message("requested", of: ride.id)])
              return "\(inserted.wasKnown) \(inserted.value)"
            } catch let error as StateError {
              return "\(error)"
            }
          }
        default:
          let commits = try await commits(of: memory, shape, now, &random)
          try await twins.same("\(step)") { try await $0.commit(commits) }
        }
        if step % 25 == 0 { try await compare(twins, now) }
      }
      try await compare(twins, Sample.time(seconds))
      // The run must have reached something.
      #expect(try await memory.audit(at: Sample.time(seconds)).rides > 20)
      #expect(try await memory.rides(RideFilter(state: .settled), after: nil, limit: 9).count > 2)
    }
  }

  /// A few likely steps of a few rides, some of them stale or impossible.
  private func commits(
    of record: MemoryRecord, _ shape: Shape, _ now: Timestamp, _ random: inout SplitMix
  ) async throws -> [Commit] {
    let rides = try await record.rides(RideFilter(), after: nil, limit: 1_000).filter { !$0.state.isFinal }
    var commits: [Commit] = []
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      guard let ride = rides.randomElement(using: &random) else { break }
      let driver = Sample.driver(.random(in: 0..<shape.drivers, using: &random))
      let offer = try await record.openOffer(of: ride.id)
      let knownActivity = try await record.assignment(of: ride.id)?.activity
      let activity = Int.random(in: 0..<20, using: &random) == 0 ? nil : knownActivity
      let soon = try await record.soonFreeDrivers(in: Sample.sf, expectedFreeBy: Sample.time(1_000_000), limit: 9)
        .randomElement(using: &random)
      guard var change = try? step(ride, offer, driver, activity, soon, now, &random) else { continue }
      if Int.random(in: 0..<12, using: &random) == 0 { change.expectedVersion -= 1 }
      commits.append(
        Commit(
          change,
          publishing: [
            Sample.message("changed", of: ride.id, driver: change.driver?.driver, body: "\(change.ride.version)")
          ]))
    }
    return commits
  }

  private func step(
    _ ride: Ride, _ offer: Offer?, _ driver: DriverID, _ activity: DriverActivity?, _ soon: SoonFreeDriver?,
    _ now: Timestamp, _ random: inout SplitMix
  ) throws -> RideChange {
    let owner = ride.driver ?? driver
    let isUnaware = Int.random(in: 0..<3, using: &random) == 0
    let isStubborn = Int.random(in: 0..<5, using: &random) == 0
    switch ride.state {
    case .requested:
      if isStubborn { return try RideLifecycle.expire(ride, now: now) }
      if let soon, Bool.random(using: &random) {
        return try RideLifecycle.offerNext(
          ride, to: soon, pickupETASeconds: 90, pickupDistanceMeters: 300, now: now, answerSeconds: 30)
      }
      return try RideLifecycle.offer(
        ride, to: driver, pickupETASeconds: 60, pickupDistanceMeters: 300, now: now, answerSeconds: 30)
    case .offered:
      guard let offer else { return try RideLifecycle.cancel(ride, byRider: ride.rider, offer: nil, at: now) }
      switch Int.random(in: 0..<8, using: &random) {
      case 0: return try RideLifecycle.decline(ride, offer, by: owner, activity: activity, now: now)
      case 1: return try RideLifecycle.lapse(ride, offer, activity: activity, now: now)
      case 2: return try RideLifecycle.withdraw(ride, offer, now: now)
      case 3: return try RideLifecycle.cancel(ride, byRider: ride.rider, offer: offer, activity: activity, at: now)
      default:
        return try RideLifecycle.accept(ride, offer, by: owner, activity: activity, now: min(now, offer.offeredAt))
      }
    case .accepted:
      if isStubborn { return try RideLifecycle.cancel(ride, byDriver: owner, activity: activity, at: now) }
      // Now and then tried on the next ride too: the store's indexes must refuse it.
      return try RideLifecycle.arrive(ride, by: owner, activity: isUnaware ? nil : activity, at: now)
    case .arrived:
      if isStubborn { return try RideLifecycle.noShow(ride, by: owner, activity: activity, at: now, graceSeconds: 0) }
      return try RideLifecycle.start(ride, by: owner, at: now)
    case .started:
      // Rides take a while, so that drivers have time for offers.
      if !isStubborn { throw RideLifecycle.Refusal.notYours }
      return try RideLifecycle.complete(ride, by: owner, activity: activity, at: now, distanceMeters: 1_000)
    default:
      let settlement = try #require(
        Settlement(ride: ride, charge: Sample.breakdown(), commissionBasisPoints: 2_000, time: now))
      return try RideLifecycle.settle(ride, settlement, at: now)
    }
  }

  private func compare(_ twins: Twins, _ now: Timestamp) async throws {
    try await twins.same("rides") { try await $0.rides(RideFilter(), after: nil, limit: 1_000) }
    try await twins.same("open") { try await $0.openRides(in: Sample.sf, limit: 1_000) }
    try await twins.same("lapsed") { try await $0.lapsedRides(in: Sample.sf, at: now, limit: 5) }
    try await twins.same("offers") {
      try await $0.lapsedOffers(in: Sample.sf, at: now, limit: 5).map(\.offer)
    }
    try await twins.same("assignments of offers") {
      try await $0.lapsedOffers(in: Sample.sf, at: now, limit: 5).map(\.assignment)
    }
    for (seconds, limit) in [(0, 100), (600, 2), (100_000, 100)] {
      try await twins.same("soon free") {
        try await $0.soonFreeDrivers(in: Sample.sf, expectedFreeBy: now.advanced(bySeconds: seconds), limit: limit)
      }
    }
    try await twins.same("unsettled") {
      try await $0.unsettledRides(in: Sample.sf, completedBefore: now, limit: 5)
    }
    try await twins.same("demand") {
      try await $0.demand(
        in: Sample.sf, demandSince: now.advanced(bySeconds: -900), completedSince: now.advanced(bySeconds: -3_600))
    }
    try await twins.same("drivers") {
      try await $0.statuses(in: Sample.sf, after: nil, limit: 100)
    }
    // Steps of different rides may be applied in another order, but the feeds are the same.
    try await twins.same("feeds") { record in
      let messages = try await record.unpublished(limit: 100_000).map(\.message)
      let byRide = Dictionary(grouping: messages, by: \.ride.text).mapValues { $0.map(\.body) }
      let byDriver = Dictionary(grouping: messages, by: { $0.driver?.text ?? "" }).filter { !$0.key.isEmpty }
      return [byRide, byDriver.mapValues { $0.map { Array("\($0.ride) \($0.body)".utf8) } }]
    }
    try await twins.same("fares") { try await $0.balance(of: .commission) }
    try await twins.same("audit") { try await $0.audit(at: now).violations }
  }
}
