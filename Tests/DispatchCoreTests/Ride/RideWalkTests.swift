import DispatchCore
import Testing

/// Random walks of many rides and drivers at once: whatever is tried, in whatever order, the audit stays clean.
@Suite("Random walks of rides")
struct RideWalkTests {
  /// Everything that one walk needs.
  private struct Walk {
    var random: SeededRandom
    var record = TestRecord()
    var now = Samples.start
    var applied: [RideAction: Int] = [:]
    /// From what to what drivers turned, by kind.
    var turns: Set<String> = []
    /// Versions of rides that are stale on purpose: steps from them must never be applied.
    var stale: [Ride] = []
    let driverIDs = (0..<6).map { DriverID(trusted: "cab-\($0)") }

    init(seed: UInt64) throws {
      random = SeededRandom(seed: seed)
      for id in driverIDs {
        record.drivers[id] = DriverStatus(
          driver: id, region: Samples.region, vehicleClass: .standard, activity: .idle, version: 1, since: now)
      }
    }

    /// Another rider asks for a ride.
    mutating func request() throws {
      let number = record.rides.count
      var ride = try Samples.ride(100 + number, rider: RiderID(trusted: "r-\(number)"))
      ride.requestedAt = now
      ride.expiresAt = now.advanced(bySeconds: 300)
      record.rides[ride.id] = ride
    }

    /// Sorted, so that the same seed takes the same steps.
    func sorted(_ isWanted: (Ride) -> Bool = { _ in true }) -> [Ride] {
      record.rides.values.filter(isWanted).sorted { $0.id < $1.id }
    }

    mutating func pickRide() -> Ride? {
      let rides = random.chance(0.9) ? sorted { !$0.state.isFinal } : sorted()
      return rides.randomElement(using: &random)
    }

    /// What somebody tries: often the wrong driver, at the wrong time, from an old version.
    mutating func attempt() throws {
      guard var ride = pickRide() else { return }
      if random.chance(0.1), let old = stale.randomElement(using: &random) { ride = old }
      let driver =
        random.chance(0.7) ? ride.driver ?? driverIDs[random.below(6)] : driverIDs[random.below(6)]
      let time = now.advanced(bySeconds: random.below(240) - 120)
      let offer = record.offers[.offer(of: ride.id, round: max(ride.offerRound, 1))]
      let action = RideAction.allCases[random.below(RideAction.allCases.count)]
      // What ends or undoes a ride is rarer, or else none would get far.
      let isUndoing = [.cancelByRider, .cancelByDriver, .withdrawOffer, .decline].contains(action)
      if isUndoing, random.chance(0.85) { return }
      guard let change = try? change(action, ride, offer, driver, time) else { return }
      let isStale = record.rides[ride.id]?.version != ride.version
      let before = record.rides[ride.id]
      if take(change) {
        #expect(!isStale)
        #expect(before?.state.after(action) == change.ride.state)
        #expect(before?.state.isFinal == false)
        applied[action, default: 0] += 1
        stale.append(ride)
      }
    }

    /// Applies a step and notes how it turned the driver.
    private mutating func take(_ change: RideChange) -> Bool {
      guard record.apply(change) else { return false }
      if let turn = change.driver { turns.insert("\(Self.kind(turn.from)) > \(Self.kind(turn.to))") }
      return true
    }

    private static func kind(_ activity: DriverActivity) -> String {
      switch activity {
      case .busy(_, next: .offered): "busy+offered"
      case .busy(_, next: .ride): "busy+next"
      default: activity.name
      }
    }

    /// What a driver is doing; now and then it is not known.
    private mutating func activity(_ driver: DriverID?) -> DriverActivity? {
      random.chance(0.95) ? driver.flatMap { record.drivers[$0]?.activity } : nil
    }

    private mutating func offer(_ ride: Ride, to driver: DriverID) throws -> RideChange? {
      guard !ride.excludedDrivers.contains(driver) else { return nil }
      if case .busy(let present, nil)? = record.drivers[driver]?.activity, record.rides[present]?.state == .started {
        let soon = SoonFreeDriver(
          driver: driver, vehicleClass: .standard, ride: present, dropoff: Samples.dropoff, startedAt: now,
          expectedFreeAt: now)
        return try RideLifecycle.offerNext(
          ride, to: soon, pickupETASeconds: 60, pickupDistanceMeters: 300, now: now, answerSeconds: 15)
      }
      return try RideLifecycle.offer(
        ride, to: driver, pickupETASeconds: 60, pickupDistanceMeters: 300, now: now, answerSeconds: 15)
    }

    private mutating func change(
      _ action: RideAction, _ ride: Ride, _ offer: Offer?, _ driver: DriverID, _ time: Timestamp
    ) throws -> RideChange? {
      let activity = activity(ride.driver)
      switch action {
      case .offer: return try self.offer(ride, to: driver)
      case .accept:
        return try offer.map { try RideLifecycle.accept(ride, $0, by: driver, activity: activity, now: now) }
      case .decline:
        return try offer.map { try RideLifecycle.decline(ride, $0, by: driver, activity: activity, now: now) }
      case .lapseOffer:
        guard let offer, offer.expiresAt <= now else { return nil }
        return try RideLifecycle.lapse(ride, offer, activity: activity, now: now)
      case .withdrawOffer: return try offer.map { try RideLifecycle.withdraw(ride, $0, now: now) }
      // Without knowing what the driver does, only a store's indexes keep the next ride from being begun.
      case .arrive:
        return try RideLifecycle.arrive(
          ride, by: driver, activity: ride.driver.flatMap { record.drivers[$0]?.activity }, at: time)
      case .start: return try RideLifecycle.start(ride, by: driver, at: time)
      case .complete:
        return try RideLifecycle.complete(ride, by: driver, activity: activity, at: time, distanceMeters: 800)
      case .settle:
        guard ride.state == .completed else { return nil }
        return try RideLifecycle.settle(ride, try Samples.settlement(ride), at: now)
      case .expire:
        guard ride.expiresAt <= now else { return nil }
        return try RideLifecycle.expire(ride, now: now)
      case .cancelByRider:
        return try RideLifecycle.cancel(ride, byRider: ride.rider, offer: offer, activity: activity, at: time)
      case .cancelByDriver:
        return try RideLifecycle.cancel(ride, byDriver: driver, activity: activity, at: time, now: now)
      case .reportNoShow:
        return try RideLifecycle.noShow(ride, by: driver, activity: activity, at: time, graceSeconds: 120)
      case .fail: return nil
      }
    }

    /// What the sweeps do: nothing stays open past its end.
    mutating func tick() throws {
      now = now.advanced(bySeconds: random.below(8))
      for ride in sorted({ $0.state == .offered }) {
        guard let offer = record.offers[.offer(of: ride.id, round: ride.offerRound)], offer.expiresAt <= now else {
          continue
        }
        let change = try RideLifecycle.lapse(
          ride, offer, activity: record.drivers[offer.driver]?.activity, now: now)
        if take(change) { applied[.lapseOffer, default: 0] += 1 }
      }
      for ride in sorted({ [now] in $0.state == .requested && $0.expiresAt <= now }) {
        if record.apply(try RideLifecycle.expire(ride, now: now)) { applied[.expire, default: 0] += 1 }
      }
      for ride in sorted({ $0.state == .completed }) where random.chance(0.3) {
        let change = try RideLifecycle.settle(ride, try Samples.settlement(ride), at: now)
        if record.apply(change) { applied[.settle, default: 0] += 1 }
      }
      while sorted({ !$0.state.isFinal }).count < 6 { try request() }
      // Whoever went off shift comes back.
      for id in driverIDs where record.drivers[id]?.activity == .offline && random.chance(0.5) {
        record.drivers[id]?.activity = .idle
      }
    }
  }

  @Test("The audit finds nothing after any step of many walks", arguments: 0..<24 as Range<UInt64>)
  func walk(seed: UInt64) throws {
    var walk = try Walk(seed: seed)
    for step in 0..<1_000 {
      if step % 5 == 0 { try walk.tick() }
      try walk.attempt()
      let found = walk.record.violations(at: walk.now)
      try #require(found.isEmpty, "seed \(seed), step \(step): \(found)")
    }
    #expect(walk.applied.count >= 7, "a walk gets somewhere: \(walk.applied)")
    for ride in walk.record.rides.values where ride.state.isFinal {
      for driver in walk.record.drivers.values {
        #expect(driver.activity.ride != ride.id && driver.activity.nextRide != ride.id)
      }
    }
  }

  @Test("The walks together take every kind of step")
  func coverage() throws {
    var applied: Set<RideAction> = []
    var turns: Set<String> = []
    for seed in 0..<24 as Range<UInt64> {
      var walk = try Walk(seed: seed)
      for step in 0..<1_000 {
        if step % 5 == 0 { try walk.tick() }
        try walk.attempt()
      }
      applied.formUnion(walk.applied.keys)
      turns.formUnion(walk.turns)
    }
    let expectedTurns: Set = [
      "idle > offered", "offered > idle", "offered > busy", "offered > offline", "busy > idle",
      "busy > busy+offered", "busy+offered > busy", "busy+offered > offered", "busy+offered > busy+next",
      "busy+next > busy",
    ]
    #expect(turns == expectedTurns, "not both: \(expectedTurns.symmetricDifference(turns))")
    let expected = Set(RideAction.allCases).subtracting([.fail])
    #expect(applied == expected, "missing \(expected.subtracting(applied))")
  }
}
