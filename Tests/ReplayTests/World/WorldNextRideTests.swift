import HexGrid
import Replay
import Testing

/// Drivers who take a ride before the present one is over.
extension WorldTests {
  /// Brings a world to the point where its driver is on the way with a rider and has taken another ride.
  private static func promised() throws -> World {
    var (world, answered) = accepted()
    let moment = answered + 400_000
    world.advance(to: moment)
    world.apply(.stepTaken(driver: 0, step: .arrive, ride(.arrived, 4, driver: "d0")), at: moment)
    world.advance(to: moment)
    world.apply(.stepTaken(driver: 0, step: .start, ride(.started, 5, driver: "d0")), at: moment)
    _ = world.takeActions()
    #expect(world.occupation(ofDriver: 0) == .withRider)
    world.apply(
      .offer(driver: 0, OfferView(offerID: "p", rideID: "next", pickup: depot, dropoff: pickup)), at: moment)
    world.advance(to: moment + 6_000)
    let answers = world.takeActions()
    #expect(answers == [.accept(driver: 0, offerID: "p", rideID: "next")])
    world.apply(.accepted(driver: 0, offerID: "p", next(.accepted, 3)), at: moment + 6_000)
    #expect(world.tally.nextRides == 1 && world.occupation(ofDriver: 0) == .withRider)
    return world
  }

  private static func next(_ stage: RideStage, _ version: Int) -> RideView {
    RideView(
      rideID: "next", stage: stage, version: version, rider: "r-2", driver: "d0", pickup: depot, dropoff: pickup)
  }

  /// Ends the ride under way and returns where the driver goes from there.
  private static func end(_ world: inout World) throws -> [WorldAction] {
    world.advance(to: start + 900_000)
    guard case .step(0, "ride", .complete, _, _)? = world.takeActions().first else {
      Issue.record("the driver does not end the ride")
      return []
    }
    world.apply(.stepTaken(driver: 0, step: .complete, ride(.completed, 6, driver: "d0")), at: start + 900_000)
    world.advance(to: start + 2_000_000)
    return world.takeActions()
  }

  @Test func theNextRideBeginsWhereThePresentOneEnds() throws {
    var world = try Self.promised()
    let isEnded = world.endShift(0)
    #expect(!isEnded)
    let actions = try Self.end(&world)
    #expect(world.occupation(ofDriver: 0) == .toPickup && world.idleDrivers == 0)
    guard case .step(0, "next", .arrive, let arrival, _)? = actions.first else {
      Issue.record("the driver does not go to the next pickup: \(actions)")
      return
    }
    // From the drop-off back to the depot: 667 s at 5 m/s.
    let seconds = Self.dropoff.distanceMeters(to: Self.depot) / 5
    let completed = Int64(arrival) - Int64(seconds * 1_000)
    #expect((Self.start + 500_000...Self.start + 900_000).contains(completed))
  }

  @Test func aNextRideThatIsCalledOffIsForgotten() throws {
    var byFeed = try Self.promised()
    byFeed.apply(.driverRide(driver: 0, Self.next(.cancelledByRider, 4)), at: Self.start + 600_000)
    var bySnapshot = try Self.promised()
    bySnapshot.apply(
      .snapshot(driver: 0, isOnline: true, offer: nil, ride: Self.ride(.started, 5, driver: "d0")),
      at: Self.start + 600_000)
    let questions = bySnapshot.takeActions()
    #expect(questions == [.inspect(driver: 0, rideID: "next")])
    bySnapshot.apply(
      .inspected(driver: 0, rideID: "next", Self.next(.cancelledByRider, 4)), at: Self.start + 600_000)
    for var world in [byFeed, bySnapshot] {
      #expect(world.occupation(ofDriver: 0) == .withRider)
      let actions = try Self.end(&world)
      #expect(actions.isEmpty)
      #expect(world.idleDrivers == 1)
    }
  }

  @Test func aSnapshotTellsOfANextRideWhoseAnswerWasLost() throws {
    var (world, answered) = Self.accepted()
    let moment = answered + 400_000
    world.advance(to: moment)
    world.apply(.stepTaken(driver: 0, step: .arrive, Self.ride(.arrived, 4, driver: "d0")), at: moment)
    world.advance(to: moment)
    world.apply(.stepTaken(driver: 0, step: .start, Self.ride(.started, 5, driver: "d0")), at: moment)
    world.apply(
      .snapshot(
        driver: 0, isOnline: true, offer: nil, ride: Self.ride(.started, 5, driver: "d0"), next: Self.next(.accepted, 3)
      ), at: moment)
    _ = world.takeActions()
    guard case .step(0, "next", .arrive, _, _)? = try Self.end(&world).first else {
      Issue.record("the driver does not go to the next pickup")
      return
    }
  }
}
