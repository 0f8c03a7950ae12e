import HexGrid
import Testing

@testable import DispatchCore

/// Costs with all their parts against trying everything, and one reason for every driver.
@Suite("Match plans")
struct MatchPlanTests {
  private let now = Samples.at(1_000)
  private let speed = 5.0

  private func policy(_ seed: UInt64) -> MatchPolicy {
    var policy = MatchPolicy(candidatesPerRide: 20, maximumPickupSeconds: 300, freshnessSeconds: 60)
    policy.ageWeight = [0, 0.25, 1, -0.5][Int(seed % 4)]
    policy.zoneShortSeconds = [0, 30, 120][Int(seed / 4 % 3)]
    policy.maximumWaitSeconds = seed % 5 == 0 ? 900 : 0
    policy.scarceReachSeconds = seed % 7 == 0 ? 60 : 0
    policy.scarceReachGrowth = 0.25
    return policy
  }

  /// A few rides of different ages and drivers within a few kilometres, free or about to be, some of them unfit.
  private func situation(_ seed: UInt64, rides rideCount: Int, drivers driverCount: Int) throws -> MatchSituation {
    var random = SeededRandom(seed: seed)
    func place() -> GeoPoint {
      GeoPoint(
        latitude: 37.77 + .random(in: -0.012...0.012, using: &random),
        longitude: -122.41 + .random(in: -0.012...0.012, using: &random))
    }
    let classes: [VehicleClass] = [.standard, .standard, .standard, .large]
    var rides: [Ride] = []
    for number in 0..<rideCount {
      var ride = try Samples.ride(number, rider: RiderID(trusted: "r-\(number)"), pickup: place())
      ride.vehicleClass = classes[random.below(4)]
      ride.requestedAt = now.advanced(bySeconds: -random.below(1_000))
      if random.chance(0.3) { ride.excludedDrivers = [DriverID(trusted: "cab-\(random.below(max(driverCount, 1)))")] }
      rides.append(ride)
    }
    var drivers: [MatchDriver] = []
    var blocked: Set<BlockedPair> = []
    for number in 0..<driverCount {
      let id = DriverID(trusted: "cab-\(number)")
      let position = place()
      let cell = try Samples.cell(position)
      let seenAt = now.advanced(bySeconds: random.chance(0.1) ? -61 : -random.below(61))
      if random.chance(0.3) {
        drivers.append(
          MatchDriver(
            id, finishing: RideID(trusted: "present-\(number)"), at: position, cell: cell,
            inSeconds: Double(random.below(120)), seenAt: seenAt, vehicleClass: classes[random.below(4)]))
      } else {
        drivers.append(
          MatchDriver(
            DriverSnapshot(
              driver: id, position: position, cell: cell, seenAt: seenAt, isOccupied: random.chance(0.1),
              vehicleClass: classes[random.below(4)], activityName: "idle")))
      }
      if rideCount > 0, random.chance(0.2) {
        blocked.insert(BlockedPair(rider: RiderID(trusted: "r-\(random.below(rideCount))"), driver: id))
      }
    }
    let cells = Set(drivers.map(\.cell)).sorted()
    let outlook = ZoneOutlook(
      cells.map { (cell: $0, requests: Double(random.below(30)) / 10) }, horizonSeconds: 300)
    return MatchSituation(
      rides: rides, drivers: drivers, blocked: blocked, outlook: outlook, busyDrivers: random.chance(0.8) ? 30 : 9,
      metersPerSecond: speed, now: now)
  }

  /// What a pair costs without the rider's age, in tenths of a second, worked out the plain way; nil where it is not allowed.
  private func cost(_ situation: MatchSituation, _ policy: MatchPolicy, _ ride: Ride, _ driver: MatchDriver) -> Int? {
    let plane = FlatEarth(around: situation.rides[0].pickup)
    let meters = plane.project(ride.pickup).squaredDistance(to: plane.project(driver.position)).squareRoot()
    let seconds = meters / speed + driver.freeInSeconds
    let age = age(ride)
    guard seconds <= Double(policy.maximumPickupSeconds), !driver.isOccupied,
      driver.vehicleClass == ride.vehicleClass, !ride.excludedDrivers.contains(driver.driver),
      !situation.blocked.contains(BlockedPair(rider: ride.rider, driver: driver.driver)),
      driver.seenAt >= now.advanced(bySeconds: -policy.freshnessSeconds),
      policy.maximumWaitSeconds == 0 || age > Double(policy.maximumWaitSeconds)
        || age + seconds <= Double(policy.maximumWaitSeconds),
      policy.scarceReachSeconds == 0
        || seconds <= reach(situation, policy) + policy.scarceReachGrowth * age
    else { return nil }
    return Int((seconds * 10).rounded()) + Int((zone(situation, policy, ride, driver) * 10).rounded())
  }

  /// What a new request reaches: so many times the least as drivers are idle per other request, but not less; without limit where
  /// hardly anybody comes free.
  private func reach(_ situation: MatchSituation, _ policy: MatchPolicy) -> Double {
    let least = Double(policy.scarceReachSeconds)
    if situation.busyDrivers == 9 { return .infinity }
    let idle = situation.drivers.count { $0.presentRide == nil && !$0.isOccupied }
    let asked = situation.outlook.total * least / 300 + Double(situation.rides.count - 1)
    return asked > 0 ? max(least, least * Double(idle) / asked) : .infinity
  }

  private func zone(
    _ situation: MatchSituation, _ policy: MatchPolicy, _ ride: Ride, _ driver: MatchDriver
  ) -> Double {
    guard driver.presentRide == nil else { return 0 }
    let around = driver.cell.disk(radius: 1)
    let idle = situation.drivers.count { $0.presentRide == nil && !$0.isOccupied && around.contains($0.cell) }
    let waiting = situation.rides.count { $0.id != ride.id && around.contains($0.pickupCell) }
    let expected = around.reduce(0) { $0 + situation.outlook.requests(in: $1) }
    // The chance of at least as many requests as drivers: one less those of fewer.
    var fewer = 0.0
    var term = Self.exponential(-expected)
    for count in 0..<max(idle - waiting, 0) {
      fewer += term
      term *= expected / Double(count + 1)
    }
    let chance = 1 - fewer
    return chance < 1e-4 ? 0 : policy.zoneShortSeconds * chance
  }

  private static func exponential(_ value: Double) -> Double {
    var sum = 1.0
    var term = 1.0
    for step in 1..<80 {
      term *= value / Double(step)
      sum += term
    }
    return sum
  }

  private func age(_ ride: Ride) -> Double { now.seconds(since: ride.requestedAt) }

  /// The best by trying everything: most rides, then least cost with the ages of those served.
  private func best(_ situation: MatchSituation, _ policy: MatchPolicy) -> (served: Int, total: Int) {
    func search(_ row: Int, _ used: Set<Int>, _ served: Int, _ total: Int) -> (Int, Int) {
      guard row < situation.rides.count else { return (served, total) }
      var best = search(row + 1, used, served, total)
      let bonus = bonus(policy, situation.rides[row])
      for (column, driver) in situation.drivers.enumerated() where !used.contains(column) {
        guard let cost = cost(situation, policy, situation.rides[row], driver) else { continue }
        let found = search(row + 1, used.union([column]), served + 1, total + cost - bonus)
        if (found.0, -found.1) > (best.0, -best.1) { best = found }
      }
      return best
    }
    return search(0, [], 0, 0)
  }

  private func bonus(_ policy: MatchPolicy, _ ride: Ride) -> Int {
    Int((policy.ageWeight * min(age(ride), 900) * 10).rounded())
  }

  @Test(
    "As many rides as can be, at the least cost with all its parts, as trying everything finds",
    arguments: 0..<400 as Range<UInt64>)
  func bruteForce(seed: UInt64) throws {
    let situation = try situation(seed, rides: Int(seed % 5) + 1, drivers: Int(seed / 5 % 7))
    let policy = policy(seed)
    let proposals = try BatchMatcher.plan(situation, policy).proposals
    let (served, total) = best(situation, policy)
    #expect(proposals.count == served && Set(proposals.map(\.driver)).count == served)
    var sum = 0
    for proposal in proposals {
      let ride = try #require(situation.rides.first { $0.id == proposal.ride })
      let driver = try #require(situation.drivers.first { $0.driver == proposal.driver })
      sum += try #require(cost(situation, policy, ride, driver), "a pair that is not allowed") - bonus(policy, ride)
      #expect(proposal.presentRide == driver.presentRide)
      #expect(Double(proposal.pickupETASeconds) >= driver.freeInSeconds)
    }
    #expect(sum == total)
  }

  @Test("Every driver who was looked at has exactly one reason, and the right one", arguments: 0..<200 as Range<UInt64>)
  func reasons(seed: UInt64) throws {
    let situation = try situation(seed, rides: Int(seed % 6) + 1, drivers: Int(seed % 23))
    var policy = policy(seed)
    policy.candidatesPerRide = Int(seed % 4) + 1
    let plan = try BatchMatcher.plan(situation, policy)
    let proposals = plan.proposals
    for (row, ride) in situation.rides.enumerated() {
      let proposal = proposals.first { $0.ride == ride.id }
      let whole = try #require(plan.round(of: row, outcome: proposal.map { _ in .offered }, listing: 1_000))
      #expect(whole.others.isEmpty)
      #expect(whole.considered.map(\.driver).sorted() == situation.drivers.map(\.driver).sorted())
      #expect(whole.driver == proposal?.driver)
      #expect(whole.considered.filter { $0.verdict == .chosen }.map(\.driver) == (proposal.map { [$0.driver] } ?? []))
      let weighed = whole.considered.filter {
        [.chosen, .takenByOther, .costsMore, .zoneLeftShort].contains($0.verdict)
      }
      #expect(weighed.count <= policy.candidatesPerRide)
      for item in whole.considered {
        try check(item, ride, proposal, situation, policy, proposals)
      }
      // A shorter list tells of the same drivers.
      let short = try #require(plan.round(of: row, outcome: nil, listing: 2))
      #expect(short.considered.count + short.others.reduce(0) { $0 + $1.drivers } == situation.drivers.count)
      #expect(Set(short.considered).isSubset(of: Set(whole.considered)))
      #expect(Set(weighed).isSubset(of: Set(short.considered)))
      #expect(short.digest == plan.round(of: row, outcome: nil, listing: 2)?.digest)
    }
  }

  private func check(
    _ item: ConsideredDriver, _ ride: Ride, _ proposal: BatchMatcher.Proposal?, _ situation: MatchSituation,
    _ policy: MatchPolicy, _ proposals: [BatchMatcher.Proposal]
  ) throws {
    let driver = try #require(situation.drivers.first { $0.driver == item.driver })
    let taker = proposals.first { $0.driver == item.driver }
    let isAllowed = cost(situation, policy, ride, driver) != nil
    switch item.verdict {
    case .chosen: #expect(taker?.ride == ride.id)
    case .takenByOther: #expect(taker != nil && taker?.ride != ride.id && taker?.ride == item.otherRide && isAllowed)
    case .costsMore, .zoneLeftShort:
      let chosen = try #require(proposal, "a free candidate of a ride that is left out")
      let eta = try #require(situation.drivers.first { $0.driver == chosen.driver })
      #expect(taker == nil && isAllowed)
      #expect(
        try #require(cost(situation, policy, ride, driver)) >= #require(cost(situation, policy, ride, eta)))
      if item.verdict == .zoneLeftShort { #expect(item.zoneDeciseconds > 0) }
    case .notAmongNearest: #expect(isAllowed)
    case .stale: #expect(driver.seenAt < now.advanced(bySeconds: -60))
    case .occupied: #expect(driver.isOccupied)
    case .otherClass: #expect(driver.vehicleClass != ride.vehicleClass)
    case .excluded: #expect(ride.excludedDrivers.contains(driver.driver))
    case .blocked: #expect(situation.blocked.contains(BlockedPair(rider: ride.rider, driver: driver.driver)))
    case .tooFar, .waitTooLong, .worthWaiting: #expect(!isAllowed)
    }
  }

  @Test("A nearer driver stays where many are about to ask, and the reason says so")
  func zoneLeftShort() throws {
    var situation = try situation(3, rides: 1, drivers: 2)
    situation.rides[0].vehicleClass = .standard
    situation.rides[0].excludedDrivers = []
    situation.blocked = []
    let pickup = situation.rides[0].pickup
    // One 900 m to the west where a crowd is expected, one 1,200 m to the east where nobody is.
    for (index, degrees) in [-0.0102, 0.0136].enumerated() {
      let place = GeoPoint(latitude: pickup.latitude, longitude: pickup.longitude + degrees)
      situation.drivers[index] = MatchDriver(
        DriverSnapshot(
          driver: DriverID(trusted: "cab-\(index)"), position: place, cell: try Samples.cell(place), seenAt: now))
    }
    var policy = MatchPolicy()
    policy.zoneShortSeconds = 120
    situation.outlook = ZoneOutlook()
    #expect(try BatchMatcher.plan(situation, policy).proposals.map(\.driver.text) == ["cab-0"])
    situation.outlook = ZoneOutlook([(cell: situation.drivers[0].cell, requests: 5)], horizonSeconds: 300)
    let plan = try BatchMatcher.plan(situation, policy)
    #expect(plan.proposals.map(\.driver.text) == ["cab-1"])
    let round = try #require(plan.round(of: 0, outcome: .offered, listing: 9))
    #expect(round.considered.map(\.verdict) == [.zoneLeftShort, .chosen])
    #expect(round.considered[0].zoneDeciseconds > 1_000)
  }

  @Test("With too few drivers, age decides who comes first")
  func age() throws {
    var situation = try situation(3, rides: 2, drivers: 1)
    let places = [0.0, 0.004, -0.001].map { GeoPoint(latitude: 37.77, longitude: -122.41 + $0) }
    for index in 0..<2 {
      situation.rides[index].pickup = places[index + 1]
      situation.rides[index].vehicleClass = .standard
      situation.rides[index].excludedDrivers = []
      situation.rides[index].requestedAt = now.advanced(bySeconds: index == 0 ? -600 : -10)
    }
    situation.blocked = []
    situation.drivers[0] = MatchDriver(
      DriverSnapshot(
        driver: DriverID(trusted: "cab-0"), position: places[0], cell: try Samples.cell(places[0]), seenAt: now))
    for (weight, expected) in [(0.0, 1), (1, 0), (-1, 1)] {
      var policy = MatchPolicy()
      policy.ageWeight = weight
      #expect(try BatchMatcher.plan(situation, policy).proposals.map(\.ride) == [situation.rides[expected].id])
    }
  }

  @Test("Numbers that are none, or far out of range, break nothing")
  func oddNumbers() throws {
    for seed in 0..<20 as Range<UInt64> {
      var situation = try situation(seed, rides: 5, drivers: 9)
      for speed in [0, -1, .nan, .infinity, 1e-300, 1e300] {
        situation.metersPerSecond = speed
        var policy = policy(seed)
        policy.maximumPickupSeconds = 7_200
        let plan = try BatchMatcher.plan(situation, policy)
        _ = plan.proposals
        for row in situation.rides.indices { _ = plan.round(of: row, outcome: nil, listing: 5) }
      }
      situation.metersPerSecond = 5
      situation.rides[0].requestedAt = Timestamp(unixMilliseconds: .min)
      situation.rides[1].requestedAt = Timestamp(unixMilliseconds: .max)
      situation.drivers[0].position = GeoPoint(latitude: .nan, longitude: .infinity)
      let plan = try BatchMatcher.plan(situation, policy(seed))
      _ = plan.proposals
      for row in situation.rides.indices { _ = plan.round(of: row, outcome: nil, listing: 5) }
      #expect(plan.round(of: 99, outcome: nil, listing: 5) == nil)
    }
  }
}
