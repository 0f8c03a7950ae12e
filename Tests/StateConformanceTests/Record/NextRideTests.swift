import DispatchCore
import DispatchState
import Testing

/// Rides that drivers take before the present one is over.
@Suite(.timeLimit(.minutes(8)))
struct NextRideTests {
  /// A ride with its rider aboard since second 60, expected to take 610 s.
  private func started(_ number: Int, by driver: DriverID, _ record: some RecordPorts) async throws -> Ride {
    _ = try await record.insert(Sample.quote(number))
    let ride = try await record.accepted(number, by: driver)
    let arrived = try await record.mustStep(RideLifecycle.arrive(ride, by: driver, at: Sample.time(50)))
    return try await record.mustStep(RideLifecycle.start(arrived, by: driver, at: Sample.time(60)))
  }

  private func soonFree(_ record: some RecordPorts, by seconds: Int = 100_000, limit: Int = 100) async throws
    -> [SoonFreeDriver]
  {
    try await record.soonFreeDrivers(in: Sample.sf, expectedFreeBy: Sample.time(seconds), limit: limit)
  }

  /// A ride offered to the one driver who is free soon.
  private func offeredNext(_ number: Int, _ record: some RecordPorts) async throws -> (ride: Ride, offer: Offer) {
    let soon = try #require(try await soonFree(record).first)
    let ride = try await record.keep(Sample.ride(number))
    let kept = try await record.mustStep(offer(ride, soon))
    return (kept, try #require(try await record.openOffer(of: kept.id)))
  }

  private func offer(_ ride: Ride, _ soon: SoonFreeDriver) throws -> RideChange {
    try RideLifecycle.offerNext(
      ride, to: soon, pickupETASeconds: 700, pickupDistanceMeters: 450, now: Sample.time(70), answerSeconds: 15)
  }

  private func complete(_ ride: Ride, _ driver: DriverID, _ record: some RecordPorts) async throws -> RideChange {
    let activity = try await record.assignment(of: ride.id)?.activity
    return try RideLifecycle.complete(ride, by: driver, activity: activity, at: Sample.time(80), distanceMeters: 900)
  }

  @Test(arguments: RecordKind.available)
  func driversAreFreeSoonWhileTheirRiderIsAboardAndNothingIsInStore(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let driver = Sample.driver(1)
      _ = try await record.insert(Sample.quote(1))
      let accepted = try await record.accepted(1, by: driver)
      #expect(try await soonFree(record).isEmpty)
      let arrived = try await record.mustStep(RideLifecycle.arrive(accepted, by: driver, at: Sample.time(50)))
      #expect(try await soonFree(record).isEmpty)
      let ride = try await record.mustStep(RideLifecycle.start(arrived, by: driver, at: Sample.time(60)))
      let expected = SoonFreeDriver(
        driver: driver, vehicleClass: .standard, ride: ride.id, dropoff: ride.dropoff, startedAt: Sample.time(60),
        expectedFreeAt: Sample.time(670))
      #expect(try await soonFree(record) == [expected])
      #expect(try await soonFree(record, by: 670) == [expected])
      #expect(try await soonFree(record, by: 669).isEmpty)
      #expect(try await soonFree(record, limit: 0).isEmpty)
      #expect(
        try await record.soonFreeDrivers(in: Sample.nyc, expectedFreeBy: Sample.time(900), limit: 9).isEmpty)

      let (next, offer) = try await offeredNext(2, record)
      #expect(try await soonFree(record).isEmpty)
      #expect(try await record.assignment(of: next.id)?.activity == .busy(ride.id, next: .offered(offer.id)))
      let lapse = try RideLifecycle.lapse(
        next, offer, activity: .busy(ride.id, next: .offered(offer.id)), now: Sample.time(90))
      _ = try await record.mustStep(lapse)
      #expect(try await soonFree(record) == [expected])
      _ = try await record.mustStep(complete(ride, driver, record))
      #expect(try await soonFree(record).isEmpty)
      #expect(try await record.audit(at: Sample.time(95)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func theEarliestComeFirstAndRidesWithoutAQuoteAreLeftOut(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for number in 1...4 {
        let driver = Sample.driver(number)
        var quote = Sample.quote(number)
        quote.durationSeconds = [0, 500, 300, 300, 100][number]
        if number < 4 { _ = try await record.insert(quote) }
        let ride = try await record.accepted(number, by: driver)
        let arrived = try await record.mustStep(RideLifecycle.arrive(ride, by: driver, at: Sample.time(50)))
        _ = try await record.mustStep(RideLifecycle.start(arrived, by: driver, at: Sample.time(60)))
      }
      #expect(try await soonFree(record).map(\.driver) == [2, 3, 1].map(Sample.driver))
      #expect(try await soonFree(record, limit: 2).map(\.driver) == [2, 3].map(Sample.driver))
    }
  }

  @Test(arguments: RecordKind.available)
  func anEndlessRideIsNoTrap(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      var quote = Sample.quote(1)
      quote.durationSeconds = .max
      _ = try await record.insert(quote)
      let driver = Sample.driver(1)
      let ride = try await record.accepted(1, by: driver)
      let arrived = try await record.mustStep(RideLifecycle.arrive(ride, by: driver, at: Sample.time(50)))
      _ = try await record.mustStep(RideLifecycle.start(arrived, by: driver, at: Sample.time(60)))
      #expect(try await soonFree(record).isEmpty)
      let all = try await record.soonFreeDrivers(
        in: Sample.sf, expectedFreeBy: Timestamp(unixMilliseconds: .max), limit: 9)
      #expect(all.map(\.expectedFreeAt) == [Timestamp(unixMilliseconds: .max)])
    }
  }

  @Test(arguments: RecordKind.available)
  func theNextRideBecomesThePresentOne(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let driver = Sample.driver(1)
      let ride = try await started(1, by: driver, record)
      let (offered, offer) = try await offeredNext(2, record)
      let holding = DriverActivity.busy(ride.id, next: .offered(offer.id))
      #expect(try await record.status(of: driver)?.activity == holding)
      let next = try await record.mustStep(
        RideLifecycle.accept(offered, offer, by: driver, activity: holding, now: Sample.time(72)))
      let both = DriverActivity.busy(ride.id, next: .ride(next.id))
      #expect(try await record.status(of: driver)?.activity == both)
      #expect(try await record.assignment(of: ride.id) == Assignment(ride: ride, activity: both))
      #expect(try await record.audit(at: Sample.time(73)).violations.isEmpty)
      // Off shift: not now.
      let status = try await record.setShift(
        driver, region: Sample.sf, vehicleClass: .standard, isOnline: false, at: Sample.time(74))
      #expect(status.activity == both)
      // Whatever a caller believes, the next ride does not begin before the present one has ended.
      let arrive = try RideLifecycle.arrive(next, by: driver, at: Sample.time(75))
      #expect(try await record.step(arrive) == .driverChanged)
      _ = try await record.mustStep(complete(ride, driver, record))
      #expect(try await record.status(of: driver)?.activity == .busy(next.id))
      _ = try await record.mustStep(arrive)
      #expect(try await record.audit(at: Sample.time(90)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func nothingIsHeldTwice(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let driver = Sample.driver(1)
      let ride = try await started(1, by: driver, record)
      let soon = try #require(try await soonFree(record).first)
      let (offered, offer) = try await offeredNext(2, record)
      let third = try await record.keep(Sample.ride(3))
      #expect(try await record.step(self.offer(third, soon)) == .driverChanged)
      let next = try await record.mustStep(
        RideLifecycle.accept(
          offered, offer, by: driver, activity: .busy(ride.id, next: .offered(offer.id)), now: Sample.time(72)))
      #expect(try await record.step(self.offer(third, soon)) == .driverChanged)
      // Not even one who lies about what the driver does puts two rides on the way to their pickups.
      var forged = try self.offer(third, soon)
      forged.offer = nil
      forged.ride.state = .accepted
      forged.driver = nil
      #expect(try await record.step(forged) == .driverChanged)
      #expect(try await record.status(of: driver)?.activity == .busy(ride.id, next: .ride(next.id)))
      #expect(try await record.audit(at: Sample.time(73)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func completionAgainstAcceptBothHappenInSomeOrder(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for round in 0..<20 {
        let driver = Sample.driver(round)
        let ride = try await started(100 + round, by: driver, record)
        let (offered, offer) = try await offeredNext(200 + round, record)
        let holding = DriverActivity.busy(ride.id, next: .offered(offer.id))
        let accept = try RideLifecycle.accept(offered, offer, by: driver, activity: holding, now: Sample.time(72))
        let complete = try await complete(ride, driver, record)
        let outcomes = try await concurrently(2) { try await record.step($0 == 0 ? accept : complete) }
        let isAccepted = outcomes[1] == .driverChanged
        #expect(outcomes.count { if case .applied = $0 { true } else { false } } == 1)
        #expect(
          try await record.status(of: driver)?.activity
            == (isAccepted ? .busy(ride.id, next: .ride(offered.id)) : .offered(offer.id)))
        // Whoever lost looks again.
        let activity = try await record.assignment(of: ride.id)?.activity
        if isAccepted {
          _ = try await record.mustStep(self.complete(ride, driver, record))
        } else {
          _ = try await record.mustStep(
            RideLifecycle.accept(offered, offer, by: driver, activity: activity, now: Sample.time(72)))
        }
        #expect(try await record.status(of: driver)?.activity == .busy(offered.id))
      }
      #expect(try await record.audit(at: Sample.time(80)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func completionAcceptAndCancelLeaveEverythingWhole(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for round in 0..<20 {
        let driver = Sample.driver(round)
        let ride = try await started(100 + round, by: driver, record)
        let (offered, offer) = try await offeredNext(200 + round, record)
        /// Reads and tries until the step is taken or has become impossible, as the functions do.
        @Sendable func insist(_ id: RideID, _ step: (Ride, Offer?, DriverActivity?) throws -> RideChange) async throws {
          for _ in 0..<10 {
            guard let known = try await record.assignment(of: id) else { return }
            let open = try await record.openOffer(of: id)
            let change: RideChange
            do {
              change = try step(known.ride, open, known.activity)
            } catch RideLifecycle.Refusal.driverElsewhere {
              continue
            } catch {
              return
            }
            if case .applied = try await record.step(change) { return }
          }
          Issue.record("a step was never taken and never refused")
        }
        _ = try await concurrently(3) { who in
          switch who {
          case 0:
            try await insist(ride.id) { ride, _, activity in
              try RideLifecycle.complete(ride, by: driver, activity: activity, at: Sample.time(80), distanceMeters: 9)
            }
          case 1:
            try await insist(offered.id) { ride, open, activity in
              guard let open else { throw RideLifecycle.Refusal.offerExpired }
              return try RideLifecycle.accept(ride, open, by: driver, activity: activity, now: Sample.time(72))
            }
          default:
            try await insist(offered.id) { ride, open, activity in
              if ride.state == .offered, open == nil { throw RideLifecycle.Refusal.driverElsewhere }
              return try RideLifecycle.cancel(
                ride, byRider: ride.rider, offer: open, activity: activity, at: Sample.time(73))
            }
          }
        }
        #expect(try await record.ride(ride.id)?.state == .completed)
        #expect(try await record.ride(offered.id)?.state == .cancelledByRider)
        #expect(try await record.offer(offer.id)?.state != .open)
        #expect(try await record.status(of: driver)?.activity == .idle)
      }
      #expect(try await record.audit(at: Sample.time(80)).violations.isEmpty)
    }
  }
}
