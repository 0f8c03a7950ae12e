import DispatchCore
import DispatchState
import Testing

/// Many at once: exactly one wins, and what is left is whole.
@Suite(.timeLimit(.minutes(8)))
struct RaceTests {
  @Test(arguments: RecordKind.available)
  func ofFiftyAcceptsOneApplies(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let driver = Sample.driver(1)
      try await record.online(driver)
      let (ride, offer) = try await record.offered(1, to: driver)
      let accept = try RideLifecycle.accept(ride, offer, by: driver, now: Sample.time(4))
      let outcomes = try await concurrently(50) { _ in try await record.step(accept) }
      #expect(outcomes.count { $0 == .rideChanged } == 49)
      #expect(try await record.ride(ride.id) == accept.ride)
      #expect(try await record.status(of: driver)?.version == 3)
      #expect(try await record.messages(for: .ride(ride.id), after: 0, limit: 100).count == 3)
      #expect(try await record.audit(at: Sample.time(9)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func acceptAgainstCancelHasOneWinner(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for round in 0..<20 {
        let driver = Sample.driver(round)
        try await record.online(driver)
        let (ride, offer) = try await record.offered(round, to: driver)
        let accept = try RideLifecycle.accept(ride, offer, by: driver, now: Sample.time(round + 4))
        let cancel = try RideLifecycle.cancel(
          ride, byRider: ride.rider, offer: offer, at: Sample.time(round + 4))
        let outcomes = try await concurrently(10) { try await record.step($0 % 2 == 0 ? accept : cancel) }
        #expect(outcomes.count { $0 == .rideChanged } == 9)
        let kept = try #require(try await record.ride(ride.id))
        let status = try #require(try await record.status(of: driver))
        let closed = try #require(try await record.offer(offer.id))
        switch kept.state {
        case .accepted:
          #expect(status.activity == .busy(ride.id))
          #expect(closed.state == .accepted)
        case .cancelledByRider:
          #expect(status.activity == .idle)
          #expect(closed.state == .withdrawn)
        default: Issue.record("ended in \(kept.state)")
        }
      }
      #expect(try await record.audit(at: Sample.time(30)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func ofManyOffersToOneDriverOneApplies(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let driver = Sample.driver(1)
      try await record.online(driver)
      let rides = try await concurrently(30) { try await record.keep(Sample.ride($0)) }
      let outcomes = try await concurrently(30) { number in
        try await record.step(
          RideLifecycle.offer(
            rides[number], to: driver, pickupETASeconds: 1, pickupDistanceMeters: 1, now: Sample.time(40),
            answerSeconds: 15))
      }
      #expect(outcomes.count { $0 == .driverChanged } == 29)
      #expect(try await record.openRides(in: Sample.sf, limit: 100).count == 29)
      #expect(try await record.audit(at: Sample.time(41)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func goingOfflineAgainstAnOfferHasOneWinner(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for round in 0..<20 {
        let driver = Sample.driver(round)
        try await record.online(driver)
        let ride = try await record.keep(Sample.ride(round))
        let offer = try RideLifecycle.offer(
          ride, to: driver, pickupETASeconds: 1, pickupDistanceMeters: 1, now: Sample.time(40), answerSeconds: 15)
        async let shift = record.setShift(
          driver, region: Sample.sf, vehicleClass: .standard, isOnline: false, at: Sample.time(40))
        async let outcome = record.step(offer)
        let (status, answer) = try await (shift, outcome)
        if status.activity == .offline {
          #expect(answer == .driverChanged)
        } else {
          #expect(status.activity == .offered(.offer(of: ride.id, round: 1)))
        }
      }
      #expect(try await record.audit(at: Sample.time(41)).violations.isEmpty)
    }
  }

  /// Several matchers that all believe to be the only one: batches that overlap in rides and drivers, in other orders.
  @Test(arguments: RecordKind.available)
  func overlappingBatchesNeitherBlockNorDouble(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let count = 60
      let rides = try await concurrently(count) { number in
        try await record.online(Sample.driver(number))
        return try await record.keep(Sample.ride(number))
      }
      let outcomes = try await concurrently(8) { matcher in
        var random = SplitMix(seed: UInt64(matcher))
        let drivers = (0..<count).shuffled(using: &random)
        let commits = try (0..<count).shuffled(using: &random).map { number in
          Commit(
            try RideLifecycle.offer(
              rides[number], to: Sample.driver(drivers[number]), pickupETASeconds: 1, pickupDistanceMeters: 1,
              now: Sample.time(100), answerSeconds: 15),
            publishing: [Sample.message("offered", of: rides[number].id, driver: Sample.driver(drivers[number]))])
        }
        return try await record.commit(commits)
      }
      let applied = outcomes.joined().count { if case .applied = $0 { true } else { false } }
      let open = try await record.openRides(in: Sample.sf, limit: count).count
      #expect(applied == count - open)
      #expect(try await record.latestSequence() >= Int64(count + applied))
      #expect(try await record.audit(at: Sample.time(101)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func aRideIsSettledOnce(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let driver = Sample.driver(1)
      let ride = try await record.completed(1, by: driver)
      let settle = try record.settling(ride)
      let outcomes = try await concurrently(30) { _ in try await record.step(settle) }
      #expect(outcomes.count { $0 == .applied(nil) } == 1)
      #expect(try await record.entries(of: ride.id).count == 2)
      let payout = try #require(settle.settlement).payoutMinorUnits
      #expect(
        try await record.balance(of: .driver(driver)) == [Money(minorUnits: -payout, currency: .usd)])
    }
  }
}
