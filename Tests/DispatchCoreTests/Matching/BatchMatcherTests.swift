import HexGrid
import Testing

@testable import DispatchCore

@Suite("Batch matching")
struct BatchMatcherTests {
  private struct Instance {
    var rides: [Ride]
    var drivers: [DriverSnapshot]
  }

  private let policy = MatchPolicy(candidatesPerRide: 20, maximumPickupSeconds: 300, freshnessSeconds: 60)
  private let now = Samples.at(1_000)

  /// A few rides and drivers within a few kilometres, some of them unfit.
  private func instance(_ seed: UInt64, rides rideCount: Int, drivers driverCount: Int) throws -> Instance {
    var random = SeededRandom(seed: seed)
    func place() -> GeoPoint {
      GeoPoint(
        latitude: 37.77 + .random(in: -0.012...0.012, using: &random),
        longitude: -122.41 + .random(in: -0.012...0.012, using: &random))
    }
    let classes: [VehicleClass] = [.standard, .standard, .standard, .large]
    let drivers = try (0..<driverCount).map { number in
      let position = place()
      return DriverSnapshot(
        driver: DriverID(trusted: "cab-\(number)"), position: position, cell: try Samples.cell(position),
        seenAt: now.advanced(bySeconds: random.chance(0.1) ? -61 : -random.below(61)),
        isOccupied: random.chance(0.1), vehicleClass: classes[random.below(4)], activityName: "idle")
    }
    let rides = try (0..<rideCount).map { number in
      var ride = try Samples.ride(number, rider: RiderID(trusted: "r-\(number)"), pickup: place())
      ride.vehicleClass = classes[random.below(4)]
      if random.chance(0.3) { ride.excludedDrivers = [DriverID(trusted: "cab-\(random.below(max(driverCount, 1)))")] }
      return ride
    }
    return Instance(rides: rides, drivers: drivers)
  }

  private func situation(_ instance: Instance) -> MatchSituation {
    MatchSituation(
      rides: instance.rides, drivers: instance.drivers.map { MatchDriver($0) }, metersPerSecond: 5, now: now)
  }

  private func match(_ instance: Instance, _ policy: MatchPolicy? = nil) throws -> [BatchMatcher.Proposal] {
    try BatchMatcher.plan(situation(instance), policy ?? self.policy).proposals
  }

  /// Tenths of seconds from driver to pickup; nil where the pair is not allowed.
  private func cost(_ instance: Instance, _ ride: Ride, _ driver: DriverSnapshot) -> Int? {
    let plane = FlatEarth(around: instance.rides[0].pickup)
    let meters = plane.project(ride.pickup).squaredDistance(to: plane.project(driver.position)).squareRoot()
    guard meters <= Double(policy.maximumPickupSeconds) * 5, !driver.isOccupied,
      driver.vehicleClass == ride.vehicleClass, !ride.excludedDrivers.contains(driver.driver),
      driver.seenAt >= now.advanced(bySeconds: -policy.freshnessSeconds)
    else { return nil }
    return Int((meters / 5 * 10).rounded())
  }

  /// The best by trying everything: most rides, then least time.
  private func best(_ instance: Instance) -> (served: Int, total: Int) {
    func search(_ row: Int, _ used: Set<Int>, _ served: Int, _ total: Int) -> (Int, Int) {
      guard row < instance.rides.count else { return (served, total) }
      var best = search(row + 1, used, served, total)
      for (column, driver) in instance.drivers.enumerated() where !used.contains(column) {
        guard let cost = cost(instance, instance.rides[row], driver) else { continue }
        let found = search(row + 1, used.union([column]), served + 1, total + cost)
        if (found.0, -found.1) > (best.0, -best.1) { best = found }
      }
      return best
    }
    return search(0, [], 0, 0)
  }

  @Test(
    "Serves as many rides as can be, at the least total time, as trying everything finds",
    arguments: 0..<300 as Range<UInt64>)
  func bruteForce(seed: UInt64) throws {
    let instance = try instance(seed, rides: Int(seed % 5) + 1, drivers: Int(seed / 5 % 7))
    let proposals = try match(instance)
    let (served, total) = best(instance)
    #expect(proposals.count == served)
    #expect(Set(proposals.map(\.ride)).count == served)
    #expect(Set(proposals.map(\.driver)).count == served)
    var sum = 0
    for proposal in proposals {
      let ride = try #require(instance.rides.first { $0.id == proposal.ride })
      let driver = try #require(instance.drivers.first { $0.driver == proposal.driver })
      let cost = try #require(self.cost(instance, ride, driver), "a pair that is not allowed: \(proposal)")
      sum += cost
      #expect(proposal.pickupETASeconds == (cost + 9) / 10)
      let meters = ride.pickup.distanceMeters(to: driver.position)
      #expect(abs(Double(proposal.pickupDistanceMeters) - meters) <= 0.002 * meters + 1)
    }
    #expect(sum == total)
  }

  @Test("A farther driver is taken where that serves one ride more")
  func moreRidesFirst() throws {
    var instance = try instance(1, rides: 2, drivers: 2)
    // In a row, 1 km apart: ride 0, driver 0, ride 1; driver 1 reaches only ride 0.
    let places = [0, 1, 2, -1].map { GeoPoint(latitude: 37.77, longitude: -122.41 + 0.011 * Double($0)) }
    for index in 0..<2 {
      instance.rides[index].vehicleClass = .standard
      instance.rides[index].excludedDrivers = []
      instance.drivers[index].vehicleClass = .standard
      instance.drivers[index].isOccupied = false
      instance.drivers[index].seenAt = now
    }
    instance.rides[0].pickup = places[0]
    instance.rides[1].pickup = places[2]
    instance.drivers[0].position = places[1]
    instance.drivers[1].position = places[3]
    let proposals = try match(instance)
    #expect(proposals.map(\.ride) == instance.rides.map(\.id))
    #expect(proposals.map(\.driver.text) == ["cab-1", "cab-0"])
  }

  @Test("Equal input gives equal output, and drivers beyond reach, stale, occupied or excluded get nothing")
  func deterministic() throws {
    for seed in 500..<520 as Range<UInt64> {
      let instance = try instance(seed, rides: 40, drivers: 60)
      let proposals = try match(instance)
      #expect(try match(instance) == proposals)
      for proposal in proposals {
        let ride = try #require(instance.rides.first { $0.id == proposal.ride })
        let driver = try #require(instance.drivers.first { $0.driver == proposal.driver })
        #expect(cost(instance, ride, driver) != nil)
        #expect(proposal.pickupETASeconds <= policy.maximumPickupSeconds)
      }
    }
  }

  @Test("Few candidates per ride still give a matching of distinct drivers")
  func fewCandidates() throws {
    for seed in 600..<620 as Range<UInt64> {
      let instance = try instance(seed, rides: 30, drivers: 40)
      var narrow = policy
      narrow.candidatesPerRide = 2
      let proposals = try match(instance, narrow)
      #expect(Set(proposals.map(\.driver)).count == proposals.count)
      #expect(proposals.count <= (try match(instance)).count)
    }
  }

  @Test("Nobody waits or nobody drives: nothing is proposed")
  func empty() throws {
    #expect(try match(Instance(rides: [], drivers: try instance(1, rides: 1, drivers: 3).drivers)).isEmpty)
    #expect(try match(Instance(rides: try instance(1, rides: 3, drivers: 0).rides, drivers: [])).isEmpty)
  }
}
