import DispatchCore
import Testing

@Suite("The next ride")
struct NextRideTests {
  private typealias Refusal = RideLifecycle.Refusal
  private let driver = Samples.driver
  private let present = RideID(trusted: "r-present")

  private var soon: SoonFreeDriver {
    SoonFreeDriver(
      driver: driver, vehicleClass: .standard, ride: present, dropoff: Samples.dropoff, startedAt: Samples.at(0),
      expectedFreeAt: Samples.at(100))
  }

  /// A ride offered to the driver during the present one.
  private func offered() throws -> (ride: Ride, offer: Offer, activity: DriverActivity) {
    let change = try RideLifecycle.offerNext(
      try Samples.ride(), to: soon, pickupETASeconds: 190, pickupDistanceMeters: 700, now: Samples.at(10),
      answerSeconds: 15)
    guard case .make(let offer) = change.offer, let turn = change.driver else { throw Refusal.notYours }
    #expect(turn == DriverChange(driver: driver, from: .busy(present), to: turn.to, at: Samples.at(10)))
    return (change.ride, offer, turn.to)
  }

  /// The same, accepted.
  private func accepted() throws -> (ride: Ride, activity: DriverActivity) {
    let (ride, offer, activity) = try offered()
    let change = try RideLifecycle.accept(ride, offer, by: driver, activity: activity, now: Samples.at(12))
    return (change.ride, try #require(change.driver?.to))
  }

  @Test("Offered and accepted during a ride: the driver stays on it, with the next one in store")
  func taking() throws {
    let (ride, offer, activity) = try offered()
    #expect(ride.state == .offered && ride.driver == driver && ride.pickupETASeconds == 190)
    #expect(offer.pickupDistanceMeters == 700 && offer.expiresAt == Samples.at(25))
    #expect(activity == .busy(present, next: .offered(offer.id)))
    let (next, after) = try accepted()
    #expect(next.state == .accepted && next.acceptedAt == Samples.at(12))
    #expect(after == .busy(present, next: .ride(next.id)))
  }

  @Test("An offer that comes to nothing leaves the driver on the present ride")
  func losing() throws {
    let (ride, offer, activity) = try offered()
    let now = Samples.at(30)
    for change in [
      try RideLifecycle.decline(ride, offer, by: driver, activity: activity, now: now),
      try RideLifecycle.lapse(ride, offer, activity: activity, now: now),
      try RideLifecycle.cancel(ride, byRider: ride.rider, offer: offer, activity: activity, at: now),
    ] {
      #expect(change.driver == DriverChange(driver: driver, from: activity, to: .busy(present), at: now))
    }
    // Nobody goes off shift with a rider aboard: the driver is not merely offered.
    let leaving = try RideLifecycle.withdraw(ride, offer, now: now)
    #expect(leaving.driver?.from == .offered(offer.id))
  }

  @Test("The present ride ends with the offer still open: the driver is offered, and everything goes on as usual")
  func endingBeforeTheAnswer() throws {
    let (started, _) = try Samples.ride(in: .started)
    let offer = OfferID(trusted: "o9-1")
    let change = try RideLifecycle.complete(
      started, by: driver, activity: .busy(started.id, next: .offered(offer)), at: Samples.at(60), distanceMeters: 1)
    #expect(change.driver?.to == .offered(offer))
    let given = try RideLifecycle.cancel(
      started, byDriver: driver, activity: .busy(started.id, next: .offered(offer)), at: Samples.at(60))
    #expect(given.ride.state == .cancelledByDriver && given.driver?.to == .offered(offer))
  }

  @Test("The present ride ends: the next one is the present one")
  func promotion() throws {
    let (started, _) = try Samples.ride(in: .started)
    let next = RideID(trusted: "r9")
    let activity = DriverActivity.busy(started.id, next: .ride(next))
    let done = try RideLifecycle.complete(
      started, by: driver, activity: activity, at: Samples.at(60), distanceMeters: 1)
    #expect(done.driver == DriverChange(driver: driver, from: activity, to: .busy(next), at: Samples.at(60)))
    let given = try RideLifecycle.cancel(started, byDriver: driver, activity: activity, at: Samples.at(60))
    #expect(given.driver?.to == .busy(next))
  }

  @Test("The next ride is called off by either side: the present one goes on")
  func callingOff() throws {
    let (ride, activity) = try accepted()
    let rider = try RideLifecycle.cancel(
      ride, byRider: ride.rider, offer: nil, activity: activity, at: Samples.at(50))
    #expect(rider.ride.state == .cancelledByRider && rider.driver?.to == .busy(present))
    let back = try RideLifecycle.cancel(ride, byDriver: driver, activity: activity, at: Samples.at(50))
    #expect(back.ride.state == .requested && back.driver?.to == .busy(present))
    #expect(back.ride.excludedDrivers == [driver])
  }

  @Test("The next ride is not begun before the present one has ended")
  func order() throws {
    let (ride, activity) = try accepted()
    #expect(throws: Refusal.rideBefore(present)) {
      try RideLifecycle.arrive(ride, by: driver, activity: activity, at: Samples.at(50))
    }
    let after = try #require(activity.after(.endRide(present)))
    let change = try RideLifecycle.arrive(ride, by: driver, activity: after, at: Samples.at(50))
    #expect(change.ride.state == .arrived && change.driver == nil)
    for step in [RideAction.start, .complete, .reportNoShow] { #expect(ride.state.after(step) == nil) }
  }

  @Test("A step on what the driver is not doing is refused as something that changed meanwhile")
  func elsewhere() throws {
    let (ride, offer, _) = try offered()
    for activity in [DriverActivity.idle, .offline, .busy(present), .offered(OfferID(trusted: "o9-9"))] {
      #expect(throws: Refusal.driverElsewhere) {
        try RideLifecycle.accept(ride, offer, by: driver, activity: activity, now: Samples.at(12))
      }
    }
    let (started, _) = try Samples.ride(in: .started)
    #expect(throws: Refusal.driverElsewhere) {
      try RideLifecycle.complete(started, by: driver, activity: .busy(present), at: Samples.at(60), distanceMeters: 1)
    }
  }
}
