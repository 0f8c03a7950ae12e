import DispatchCore
import DispatchState
import Testing

@Suite(.timeLimit(.minutes(8)))
struct CommitTests {
  let driver = Sample.driver(1)

  @Test(arguments: RecordKind.available)
  func carriesARideFromRequestToSettlement(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      #expect(try await record.online(driver).version == 1)
      let (ride, offer) = try await record.offered(1, to: driver)
      #expect(offer.driver == driver && offer.ride == ride.id && offer.state == .open)
      #expect(try await record.offer(offer.id) == offer)
      #expect(
        try await record.status(of: driver)
          == DriverStatus(
            driver: driver, region: Sample.sf, vehicleClass: .standard, activity: .offered(offer.id), version: 2,
            since: Sample.time(1)))

      let accept = try RideLifecycle.accept(ride, offer, by: driver, now: Sample.time(6))
      let outcome = try await record.step(accept)
      let busy = DriverStatus(
        driver: driver, region: Sample.sf, vehicleClass: .standard, activity: .busy(ride.id), version: 3,
        since: Sample.time(6))
      #expect(outcome == .applied(busy))
      #expect(try await record.status(of: driver) == busy)
      let closed = try #require(try await record.offer(offer.id))
      #expect(closed.state == .accepted && closed.answeredAt == Sample.time(6))
      #expect(try await record.openOffer(of: ride.id) == nil)

      let arrive = try RideLifecycle.arrive(accept.ride, by: driver, at: Sample.time(90))
      #expect(try await record.step(arrive) == .applied(nil))
      let start = try RideLifecycle.start(arrive.ride, by: driver, at: Sample.time(100))
      #expect(try await record.step(start) == .applied(nil))
      let complete = try RideLifecycle.complete(start.ride, by: driver, at: Sample.time(700), distanceMeters: 9)
      #expect(
        try await record.step(complete)
          == .applied(
            DriverStatus(
              driver: driver, region: Sample.sf, vehicleClass: .standard, activity: .idle, version: 4,
              since: Sample.time(700))))
      let settled = try await record.mustStep(record.settling(complete.ride))
      #expect(settled.state == .settled)
      #expect(settled.version == 7)
      #expect(try await record.audit(at: Sample.time(10_000)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func aStepOnAnotherVersionChangesNothing(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let ride = try await record.accepted(1, by: driver)
      let arrive = try RideLifecycle.arrive(ride, by: driver, at: Sample.time(60))
      #expect(try await record.step(arrive) == .applied(nil))
      let messages = try await record.latestSequence()
      #expect(try await record.step(arrive) == .rideChanged)
      #expect(try await record.ride(ride.id) == arrive.ride)
      #expect(try await record.latestSequence() == messages)

      var unknown = arrive
      unknown.ride.id = RideID(trusted: "r-nobody")
      #expect(try await record.step(unknown) == .rideChanged)
    }
  }

  @Test(arguments: RecordKind.available)
  func aClosedOfferStaysClosed(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      try await record.online(driver)
      let (ride, offer) = try await record.offered(1, to: driver)
      let decline = try RideLifecycle.decline(ride, offer, by: driver, now: Sample.time(3))
      let open = try await record.mustStep(decline)
      #expect(open.excludedDrivers == [driver])
      #expect(try await record.status(of: driver)?.activity == .idle)

      // Somebody who still believes in the offer, although the ride's version is right.
      var stale = try RideLifecycle.accept(ride, offer, by: driver, now: Sample.time(4))
      stale.expectedVersion = open.version
      stale.driver = nil
      #expect(try await record.step(stale) == .offerClosed)
      #expect(try await record.ride(ride.id) == open)
      #expect(try await record.offer(offer.id)?.state == .declined)
    }
  }

  @Test(arguments: RecordKind.available)
  func aDriverWhoDoesSomethingElseIsLeftAlone(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let ride = try await record.keep(Sample.ride(1))
      func offering(to driver: DriverID) throws -> RideChange {
        try RideLifecycle.offer(
          ride, to: driver, pickupETASeconds: 1, pickupDistanceMeters: 1, now: Sample.time(2), answerSeconds: 15)
      }
      // Unknown, offline, elsewhere, busy.
      #expect(try await record.step(offering(to: driver)) == .driverChanged)
      _ = try await record.setShift(
        driver, region: Sample.sf, vehicleClass: .large, isOnline: false, at: Sample.start)
      #expect(try await record.step(offering(to: driver)) == .driverChanged)
      try await record.online(Sample.driver(2), region: Sample.nyc)
      #expect(try await record.step(offering(to: Sample.driver(2))) == .driverChanged)
      _ = try await record.accepted(3, by: Sample.driver(3))
      #expect(try await record.step(offering(to: Sample.driver(3))) == .driverChanged)

      #expect(try await record.ride(ride.id) == ride)
      #expect(try await record.openOffer(of: ride.id) == nil)
      #expect(try await record.messages(for: .ride(ride.id), after: 0, limit: 10).count == 1)
      #expect(try await record.audit(at: Sample.time(20)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func aReservationByAnotherOfferIsRespected(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      try await record.online(driver)
      let (ride, offer) = try await record.offered(1, to: driver)
      _ = try await record.mustStep(RideLifecycle.decline(ride, offer, by: driver, now: Sample.time(3)))
      let (other, newer) = try await record.offered(2, to: driver)
      var confused = try RideLifecycle.accept(other, newer, by: driver, now: Sample.time(4))
      confused.driver = DriverChange(
        driver: driver, from: .offered(offer.id), to: .busy(other.id), at: Sample.time(4))
      #expect(try await record.step(confused) == .driverChanged)
      #expect(try await record.openOffer(of: other.id) == newer)
    }
  }

  @Test(arguments: RecordKind.available)
  func stepsOfABatchAreIndependent(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      var commits: [Commit] = []
      for number in 0..<20 {
        let ride = try await record.keep(Sample.ride(number))
        // Every third driver is not there.
        if number % 3 != 0 { try await record.online(Sample.driver(number)) }
        commits.append(
          Commit(
            try RideLifecycle.offer(
              ride, to: Sample.driver(number), pickupETASeconds: number, pickupDistanceMeters: 1,
              now: Sample.time(50), answerSeconds: 15),
            publishing: [Sample.message("offered", of: ride.id, driver: Sample.driver(number))]))
      }
      let outcomes = try await record.commit(commits)
      #expect(outcomes.count == 20)
      for (number, outcome) in outcomes.enumerated() {
        if number % 3 == 0 {
          #expect(outcome == .driverChanged)
        } else {
          guard case .applied(let status) = outcome else {
            Issue.record("step \(number): \(outcome)")
            continue
          }
          #expect(status?.driver == Sample.driver(number))
        }
        let count = try await record.messages(for: .driver(Sample.driver(number)), after: 0, limit: 9).count
        #expect(count == (number % 3 == 0 ? 0 : 1))
      }
      #expect(try await record.commit([]).isEmpty)
      #expect(try await record.audit(at: Sample.time(60)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func stepsOfOneRideInABatchComeInTheirOrder(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let ride = try await record.accepted(1, by: driver)
      let arrive = try RideLifecycle.arrive(ride, by: driver, at: Sample.time(60))
      let start = try RideLifecycle.start(arrive.ride, by: driver, at: Sample.time(70))
      let complete = try RideLifecycle.complete(start.ride, by: driver, at: Sample.time(80), distanceMeters: nil)
      let steps = [arrive, arrive, start, complete, start].map { Commit($0, publishing: []) }
      let outcomes = try await record.commit(steps)
      #expect(outcomes[0] == .applied(nil))
      #expect(outcomes[1] == .rideChanged)
      #expect(outcomes[2] == .applied(nil))
      #expect(outcomes[4] == .rideChanged)
      #expect(try await record.ride(ride.id) == complete.ride)
    }
  }

  @Test(arguments: RecordKind.available)
  func ofTwoOffersToOneDriverInABatchTheFirstWins(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      try await record.online(driver)
      let commits = try await [record.keep(Sample.ride(1)), record.keep(Sample.ride(2))].map { ride in
        Commit(
          try RideLifecycle.offer(
            ride, to: driver, pickupETASeconds: 1, pickupDistanceMeters: 1, now: Sample.time(5), answerSeconds: 15),
          publishing: [])
      }
      let outcomes = try await record.commit(commits)
      guard case .applied = outcomes[0] else {
        Issue.record("\(outcomes)")
        return
      }
      #expect(outcomes[1] == .driverChanged)
    }
  }

  @Test(arguments: RecordKind.available)
  func aBatchMayBeLarge(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let count = 1_000
      let rides = try await concurrently(count) { number in
        try await record.online(Sample.driver(number))
        return try await record.keep(Sample.ride(number))
      }
      let commits = try rides.enumerated().map { number, ride in
        Commit(
          try RideLifecycle.offer(
            ride, to: Sample.driver(number), pickupETASeconds: 1, pickupDistanceMeters: 1, now: Sample.time(2_000),
            answerSeconds: 15),
          publishing: [Sample.message("offered", of: ride.id, driver: Sample.driver(number))])
      }
      let outcomes = try await record.commit(commits)
      #expect(
        outcomes.enumerated().allSatisfy { number, outcome in
          if case .applied(let status?) = outcome { status.driver == Sample.driver(number) } else { false }
        })
      #expect(try await record.openRides(in: Sample.sf, limit: count).isEmpty)
      #expect(try await record.audit(at: Sample.time(2_001)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func theStoreIsTheLastJudge(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let first = try await record.accepted(1, by: driver)
      let second = try await record.accepted(2, by: Sample.driver(2))
      let third = try await record.keep(Sample.ride(3))
      let fourth = try await record.keep(Sample.ride(4))
      try await record.online(Sample.driver(5))
      let (offered, offer) = try await record.offered(5, to: Sample.driver(5))

      // A second active ride of a driver, a second open offer of a driver, by callers who forgot to look at the driver;
      // between them a step that is right and must not suffer.
      var secondRide = RideChange(ride: second, expectedVersion: second.version)
      secondRide.ride.driver = first.driver
      secondRide.ride.version += 1
      let right = try RideLifecycle.expire(third, now: Sample.time(900))
      var secondOffer = try RideLifecycle.offer(
        fourth, to: offer.driver, pickupETASeconds: 1, pickupDistanceMeters: 1, now: Sample.time(9), answerSeconds: 9)
      secondOffer.driver = nil
      let outcomes = try await record.commit([
        Commit(secondRide, publishing: [Sample.message("wrong", of: second.id)]),
        Commit(right, publishing: [Sample.message("expired", of: third.id)]),
        Commit(secondOffer, publishing: [Sample.message("wrong", of: fourth.id)]),
      ])
      #expect(outcomes == [.driverChanged, .applied(nil), .driverChanged])
      #expect(try await record.ride(second.id) == second)
      #expect(try await record.ride(third.id) == right.ride)
      #expect(try await record.ride(fourth.id) == fourth)
      #expect(try await record.openOffer(of: offered.id) == offer)
      #expect(try await record.unpublished(limit: 100).allSatisfy { $0.message.type != "cabstand.ride.wrong.v1" })
      // And an offer that exists already is not made again.
      var again = try RideLifecycle.offer(
        fourth, to: Sample.driver(6), pickupETASeconds: 1, pickupDistanceMeters: 1, now: Sample.time(9),
        answerSeconds: 9)
      again.driver = nil
      again.offer = .make(offer)
      #expect(try await record.step(again) == .rideChanged)
    }
  }
}
