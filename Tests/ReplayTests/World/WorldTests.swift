import HexGrid
import Replay
import Testing

/// The world by itself: no clock, no network.
struct WorldTests {
  static let start: Int64 = 1_000_000_000
  static let depot = GeoPoint(latitude: 37.75, longitude: -122.42)
  /// 1,112 m north of the depot: 222 s at 5 m/s.
  static let pickup = GeoPoint(latitude: 37.76, longitude: -122.42)
  static let dropoff = GeoPoint(latitude: 37.78, longitude: -122.42)

  static func world(drivers: Int = 1, requests: Int = 1, declineShare: Double = 0) -> World {
    let scenario = Scenario(
      requests: (0..<requests).map {
        Scenario.Request(
          unixMilliseconds: start + 10_000 + Int64($0) * 1_000, pickup: pickup, dropoff: dropoff,
          rideMilliseconds: 300_000)
      },
      drivers: (0..<drivers).map { Scenario.Driver(name: "d\($0)", start: depot) },
      startMilliseconds: start, endMilliseconds: start + 3_600_000,
      travelTime: TravelTime(speed: HourlySpeed(constant: 5), zone: .fixed(0)))
    var world = World(scenario: scenario, configuration: WorldConfiguration(seed: 1, declineShare: declineShare))
    world.open()
    for driver in 0..<drivers { world.apply(.online(driver: driver), at: start) }
    _ = world.takeActions()
    return world
  }

  static func ride(_ stage: RideStage, _ version: Int, driver: String? = nil) -> RideView {
    RideView(
      rideID: "ride", stage: stage, version: version, rider: "r-1", driver: driver, pickup: pickup, dropoff: dropoff,
      fareMinorUnits: 1_500, currency: "USD")
  }

  /// Brings a world to the point where its driver has a ride; returns when the driver answered.
  static func accepted() -> (World, Int64) {
    var world = world()
    world.advance(to: start + 10_000)
    #expect(world.takeActions() == [.place(request: 0)])
    world.apply(.placed(request: 0, ride(.requested, 1)), at: start + 10_050)
    world.apply(
      .offer(driver: 0, OfferView(offerID: "o", rideID: "ride", pickup: pickup, dropoff: dropoff)), at: start + 11_000)
    world.advance(to: start + 17_000)
    #expect(world.takeActions() == [.accept(driver: 0, offerID: "o", rideID: "ride")])
    let answered = start + 17_000
    world.apply(.accepted(driver: 0, offerID: "o", ride(.accepted, 3, driver: "d0")), at: answered)
    return (world, answered)
  }

  @Test func oneRideFromRequestToSettlement() throws {
    var (world, _) = Self.accepted()
    world.advance(to: Self.start + 600_000)
    guard case .step(0, "ride", .arrive, let arrival, _)? = world.takeActions().first else {
      Issue.record("the driver does not arrive")
      return
    }
    // 2 to 6 s to answer, 222 s to drive.
    let driven = arrival - Self.start - 11_000
    #expect((224_000...229_000).contains(driven))
    world.apply(.stepTaken(driver: 0, step: .arrive, Self.ride(.arrived, 4, driver: "d0")), at: Self.start + 600_000)
    world.advance(to: Self.start + 600_001)
    // A slow answer costs the rider nothing: the step is timed when it happened.
    #expect(
      world.takeActions() == [
        .step(driver: 0, rideID: "ride", step: .start, milliseconds: arrival + 5_000, distanceMeters: 0)
      ])
    world.apply(.stepTaken(driver: 0, step: .start, Self.ride(.started, 5, driver: "d0")), at: Self.start + 600_002)
    world.advance(to: Self.start + 900_000)
    let meters = Self.pickup.distanceMeters(to: Self.dropoff)
    #expect(
      world.takeActions() == [
        .step(
          driver: 0, rideID: "ride", step: .complete, milliseconds: arrival + 305_000, distanceMeters: meters)
      ])
    world.apply(
      .stepTaken(driver: 0, step: .complete, Self.ride(.completed, 6, driver: "d0")), at: Self.start + 900_010)
    #expect(world.idleDrivers == 1)
    #expect(world.tally.served == 1)
    #expect(world.tally.open == 1)
    world.apply(.riderRide(request: 0, Self.ride(.settled, 7, driver: "d0")), at: Self.start + 900_020)
    world.apply(.riderRide(request: 0, Self.ride(.settled, 7, driver: "d0")), at: Self.start + 900_021)
    #expect(world.isQuiet)
    #expect(world.tally.settled == 1)
    #expect(world.tally.revenueMinorUnits == 1_500)
    let wait = try #require(world.tally.waitSeconds.first)
    #expect(wait == Double(arrival - Self.start - 10_000) / 1_000)
    #expect(abs(world.tally.pickupMeters - Self.depot.distanceMeters(to: Self.pickup)) < 0.001)
    #expect(abs(world.tally.rideMeters - meters) < 0.001)
    // The driver stays where the rider got off.
    let pings = world.takePings(until: Self.start + 1_000_000)
    #expect(pings.last?.place == Self.dropoff)
  }

  @Test func pingsFollowTheDrive() throws {
    var (world, answered) = Self.accepted()
    _ = world.takePings(until: answered)
    let pings = (1...20).flatMap { world.takePings(until: answered + Int64($0) * 4_000) }
    #expect(pings.count == 20)
    #expect(pings.map(\.unixMilliseconds) == pings.map(\.unixMilliseconds).sorted())
    #expect(pings.map(\.place.latitude) == pings.map(\.place.latitude).sorted())
    let last = try #require(pings.last)
    #expect(last.place.latitude > Self.depot.latitude && last.place.latitude < Self.pickup.latitude)
  }

  @Test func everyDriverPingsOnceAnInterval() {
    var world = Self.world(drivers: 7)
    var counts: [Int: Int] = [:]
    for step in 0...400 {
      for ping in world.takePings(until: Self.start + Int64(step) * 100) { counts[ping.driver, default: 0] += 1 }
    }
    #expect(counts.count == 7)
    #expect(counts.values.allSatisfy { (10...11).contains($0) })
    // After a pause each driver's latest one is enough.
    #expect(world.takePings(until: Self.start + 4_000_000).count == 7)
  }

  @Test func aRiderToWhomNobodyComesCancels() {
    var world = Self.world()
    world.advance(to: Self.start + 10_000)
    _ = world.takeActions()
    world.apply(.placed(request: 0, Self.ride(.requested, 1)), at: Self.start + 10_050)
    world.advance(to: Self.start + 609_999)
    #expect(world.takeActions().isEmpty)
    world.advance(to: Self.start + 611_000)
    #expect(
      world.takeActions() == [.cancel(request: 0, rideID: "ride", milliseconds: Self.start + 610_000)])
    world.apply(.riderRide(request: 0, Self.ride(.cancelledByRider, 2)), at: Self.start + 611_001)
    #expect(world.tally.cancelled == 1)
    #expect(world.isQuiet)
  }

  @Test func aRiderWhoSeesTheCarWaits() {
    var (world, _) = Self.accepted()
    world.advance(to: Self.start + 300_000)
    _ = world.takeActions()
    // The server has not confirmed the arrival; the car is there all the same.
    world.advance(to: Self.start + 700_000)
    #expect(world.takeActions().isEmpty)
  }

  @Test func aCancelledRideFreesItsDriverWhereTheyAre() throws {
    var (world, answered) = Self.accepted()
    world.advance(to: answered + 100_000)
    world.apply(.driverRide(driver: 0, Self.ride(.cancelledByRider, 4, driver: "d0")), at: answered + 100_000)
    #expect(world.idleDrivers == 1)
    #expect(world.tally.releases == 1)
    let half = world.tally.pickupMeters / Self.depot.distanceMeters(to: Self.pickup)
    #expect((0.4...0.5).contains(half))
    world.advance(to: answered + 1_000_000)
    #expect(world.takeActions().isEmpty)
    // Late news of the same ride change nothing.
    world.apply(.driverRide(driver: 0, Self.ride(.accepted, 3, driver: "d0")), at: answered + 1_000_001)
    #expect(world.idleDrivers == 1)
  }

  @Test func aSnapshotBringsBackALostRide() {
    var world = Self.world()
    world.advance(to: Self.start + 20_000)
    _ = world.takeActions()
    world.apply(
      .snapshot(driver: 0, isOnline: true, offer: nil, ride: Self.ride(.accepted, 3, driver: "d0")),
      at: Self.start + 20_000)
    #expect(world.idleDrivers == 0)
    world.advance(to: Self.start + 300_000)
    guard case .step(0, "ride", .arrive, _, _)? = world.takeActions().first else {
      Issue.record("the driver does not go on")
      return
    }
    // Seen aboard by the server: drives on to the destination.
    var other = Self.world()
    other.apply(
      .snapshot(driver: 0, isOnline: true, offer: nil, ride: Self.ride(.started, 5, driver: "d0")), at: Self.start)
    other.advance(to: Self.start + 3_000_000)
    let steps = other.takeActions().filter { if case .step(0, "ride", .complete, _, _) = $0 { true } else { false } }
    #expect(steps.count == 1)
  }

  @Test func aSnapshotWithoutTheRideMakesTheDriverAsk() {
    var (world, answered) = Self.accepted()
    world.apply(.snapshot(driver: 0, isOnline: true, offer: nil, ride: nil), at: answered + 1_000)
    #expect(world.takeActions() == [.inspect(driver: 0, rideID: "ride")])
    world.apply(.inspected(driver: 0, rideID: "ride", Self.ride(.accepted, 3, driver: "d0")), at: answered + 1_001)
    #expect(world.idleDrivers == 0)
    world.apply(.inspected(driver: 0, rideID: "ride", Self.ride(.requested, 9)), at: answered + 1_002)
    #expect(world.idleDrivers == 1)
  }

  @Test func aDriverTakenOfflineComesBack() {
    var world = Self.world()
    world.apply(.snapshot(driver: 0, isOnline: false, offer: nil, ride: nil), at: Self.start + 5_000)
    #expect(
      world.takeActions() == [.goOnline(driver: 0, at: Self.depot, milliseconds: Self.start + 5_000)])
    #expect(world.idleDrivers == 0)
    world.apply(.online(driver: 0), at: Self.start + 5_100)
    #expect(world.idleDrivers == 1)
  }

  @Test func aRefusedStepIsTriedAgainAndThenGivenUp() {
    var (world, _) = Self.accepted()
    var now = Self.start + 300_000
    world.advance(to: now)
    _ = world.takeActions()
    for _ in 1...25 {
      world.apply(.stepRefused(driver: 0, rideID: "ride", Self.ride(.accepted, 3, driver: "d0")), at: now)
      now += 6_000
      world.advance(to: now)
      if world.takeActions().isEmpty { break }
    }
    #expect(world.tally.abandonedSteps == 1)
    #expect(world.idleDrivers == 1)
  }

  @Test func aStepThatTheServerKnowsIsTaken() {
    var (world, _) = Self.accepted()
    world.advance(to: Self.start + 300_000)
    _ = world.takeActions()
    world.apply(
      .stepRefused(driver: 0, rideID: "ride", Self.ride(.arrived, 4, driver: "d0")), at: Self.start + 300_010)
    world.advance(to: Self.start + 310_000)
    guard case .step(0, "ride", .start, _, _)? = world.takeActions().first else {
      Issue.record("the driver does not go on")
      return
    }
  }

  @Test func withdrawnOffersAreForgotten() {
    var world = Self.world()
    let offer = OfferView(offerID: "o", rideID: "ride", pickup: Self.pickup, dropoff: Self.dropoff)
    world.apply(.offer(driver: 0, offer), at: Self.start + 1_000)
    world.apply(.offerWithdrawn(driver: 0, offerID: "o"), at: Self.start + 1_500)
    world.advance(to: Self.start + 9_000)
    #expect(world.takeActions().isEmpty)
    #expect(world.tally.offersLost == 1)
  }

  @Test func declinesWithTheGivenShare() {
    var world = Self.world(drivers: 1_000, requests: 0, declineShare: 0.3)
    for driver in 0..<1_000 {
      let offer = OfferView(offerID: "o\(driver)", rideID: "x\(driver)", pickup: Self.pickup, dropoff: Self.dropoff)
      world.apply(.offer(driver: driver, offer), at: Self.start)
    }
    world.advance(to: Self.start + 10_000)
    let declines = world.takeActions().count { if case .decline = $0 { true } else { false } }
    #expect((240...360).contains(declines))
    #expect(world.tally.declines == declines)
  }

  @Test func aSuggestionMovesAnIdleDriver() {
    var world = Self.world()
    world.apply(.reposition(driver: 0, target: Self.pickup), at: Self.start)
    #expect(world.idleDrivers == 1)
    world.advance(to: Self.start + 400_000)
    #expect(world.takePings(until: Self.start + 400_000).last?.place == Self.pickup)
    #expect(world.tally.repositions == 1)
    #expect(abs(world.tally.repositionMeters - Self.depot.distanceMeters(to: Self.pickup)) < 0.001)
  }

  @Test func anUnreachableServerLosesTheRider() {
    var world = Self.world()
    world.advance(to: Self.start + 10_000)
    _ = world.takeActions()
    world.advance(to: Self.start + 700_000)
    #expect(world.isImpatient(0))
    world.apply(.notPlaced(request: 0, isRefused: false), at: Self.start + 700_000)
    #expect(world.tally.unreached == 1)
    #expect(world.isQuiet)
    // An answer that comes after all leads to a cancellation.
    var late = Self.world()
    late.advance(to: Self.start + 700_000)
    _ = late.takeActions()
    late.apply(.placed(request: 0, Self.ride(.requested, 1)), at: Self.start + 700_000)
    #expect(late.takeActions() == [.cancel(request: 0, rideID: "ride", milliseconds: Self.start + 700_000)])
  }

  @Test func equalInputsGiveEqualOutputs() {
    func play() -> [String] {
      var world = Self.world(drivers: 5, requests: 5, declineShare: 0.2)
      var log: [String] = []
      for second in 0...900 {
        let now = Self.start + Int64(second) * 1_000
        world.advance(to: now)
        for action in world.takeActions() {
          log.append("\(action)")
          if case .place(let request) = action {
            let view = RideView(rideID: "ride\(request)", stage: .requested, version: 1)
            world.apply(.placed(request: request, view), at: now)
            let offer = OfferView(
              offerID: "o\(request)", rideID: "ride\(request)", pickup: Self.pickup, dropoff: Self.dropoff)
            world.apply(.offer(driver: request, offer), at: now)
          }
        }
        log += world.takePings(until: now).map { "\($0)" }
      }
      return log
    }
    #expect(play() == play())
  }
}
