import DispatchCore
import Testing

@Suite("Audit of the record")
struct RecordAuditTests {
  /// One ride in every state that lasts, with drivers, offers and money that agree.
  private func soundRecord() throws -> TestRecord {
    var record = TestRecord()
    for (number, state) in [RideState.requested, .offered, .accepted, .started, .completed, .settled].enumerated() {
      let driver = DriverID(trusted: "cab-\(number)")
      var (ride, offer) = try Samples.ride(in: state)
      let id = RideID(trusted: "r\(number)")
      ride.id = id
      ride.rider = RiderID(trusted: "rider-\(number)")
      if ride.driver != nil { ride.driver = driver }
      record.rides[id] = ride
      var activity = DriverActivity.idle
      if var own = offer {
        own.id = .offer(of: id, round: 1)
        own.ride = id
        own.driver = driver
        offer = own
        record.offers[own.id] = own
        if own.state == .open { activity = .offered(own.id) }
      }
      if ride.state.hasActiveDriver { activity = .busy(id) }
      record.drivers[driver] = DriverStatus(
        driver: driver, region: Samples.region, vehicleClass: .standard, activity: activity, version: 3,
        since: Samples.start)
      if state == .settled {
        let settlement = try Samples.settlement(ride)
        record.settlements[id] = settlement
        for entry in settlement.entries { record.entries[entry.id] = entry }
      }
    }
    return record
  }

  private let now = Samples.at(60)

  private func found(at now: Timestamp? = nil, _ corrupt: (inout TestRecord) throws -> Void) throws -> Set<String> {
    var record = try soundRecord()
    try corrupt(&record)
    return Set(record.violations(at: now ?? self.now).map(\.invariant))
  }

  private func id(_ number: Int) -> RideID { RideID(trusted: "r\(number)") }
  private func driver(_ number: Int) -> DriverID { DriverID(trusted: "cab-\(number)") }

  @Test("A sound record has no violations, and neither has an empty one")
  func sound() throws {
    #expect(try found { _ in } == [])
    #expect(TestRecord().violations(at: now) == [])
  }

  @Test("A driver on two rides, and a ride under way without a driver")
  func assignments() throws {
    for (number, state) in [(3, RideState.arrived), (3, .accepted)] {
      let found = try found { record in
        record.rides[id(number)]?.driver = driver(2)
        record.rides[id(number)]?.state = state
      }
      #expect(found.isSuperset(of: ["oneActiveRidePerDriver", "busyDriversDrive"]), "\(state)")
    }
    // With its rider aboard it could be the present ride; but then the driver would know of both.
    #expect(try found { $0.rides[id(3)]?.driver = driver(2) } == ["busyDriversDrive"])
    #expect(try found { $0.rides[id(2)]?.driver = nil }.contains("activeRideHasDriver"))
  }

  @Test("Offers that do not fit their ride")
  func offers() throws {
    #expect(
      try found { $0.offers[.offer(of: id(1), round: 1)]?.state = .declined }.contains("oneOpenOfferPerOfferedRide"))
    #expect(
      try found { record in
        var second = try #require(record.offers[.offer(of: id(1), round: 1)])
        second.id = .offer(of: id(1), round: 2)
        record.offers[second.id] = second
      }.contains("oneOpenOfferPerOfferedRide"))
    #expect(
      try found { $0.offers[.offer(of: id(2), round: 1)]?.state = .open }.contains("oneOpenOfferPerOfferedRide"))
    #expect(
      try found { record in
        let key = OfferID.offer(of: id(2), round: 1)
        let end = record.offers[key]?.expiresAt
        record.offers[key]?.answeredAt = end
      } == ["acceptedBeforeExpiry"])
  }

  @Test("Steps out of order, ends that are missing or too many")
  func steps() throws {
    #expect(try found { $0.rides[id(3)]?.startedAt = Samples.at(1) } == ["stepsInOrder"])
    #expect(try found { $0.rides[id(2)]?.acceptedAt = Samples.at(-1) } == ["stepsInOrder"])
    #expect(try found { $0.rides[id(5)]?.endedAt = nil } == ["finalRidesHaveEnded"])
    #expect(try found { $0.rides[id(0)]?.endedAt = Samples.at(3) } == ["finalRidesHaveEnded"])
  }

  @Test("Drivers who are busy or reserved with nothing, and rides whose driver is free")
  func drivers() throws {
    #expect(try found { $0.drivers[driver(0)]?.activity = .busy(RideID(trusted: "nowhere")) } == ["busyDriversDrive"])
    #expect(try found { $0.drivers[driver(4)]?.activity = .busy(id(4)) } == ["busyDriversDrive"])
    #expect(try found { $0.drivers[driver(2)]?.activity = .idle } == ["busyDriversDrive"])
    #expect(
      try found { $0.drivers[driver(0)]?.activity = .offered(OfferID(trusted: "o9-1")) } == ["reservationsHaveOffers"])
    #expect(
      try found { $0.drivers[driver(0)]?.activity = .offered(.offer(of: id(1), round: 1)) } == [
        "reservationsHaveOffers"
      ])
  }

  @Test("Drivers with a next ride: it waits for them, and the present one's rider is aboard")
  func nextRides() throws {
    /// Ride 2 was accepted and is the next one of the driver of ride 3, who has a rider aboard.
    func promise(_ record: inout TestRecord) {
      record.rides[id(2)]?.driver = driver(3)
      record.drivers[driver(2)]?.activity = .idle
      record.drivers[driver(3)]?.activity = .busy(id(3), next: .ride(id(2)))
    }
    func promised(_ corrupt: (inout TestRecord) -> Void) throws -> Set<String> {
      try found { record in
        promise(&record)
        corrupt(&record)
      }
    }
    #expect(try promised { _ in } == [])
    #expect(try promised { $0.drivers[driver(3)]?.activity = .busy(id(3)) } == ["busyDriversDrive"])
    #expect(try promised { $0.drivers[driver(2)]?.activity = .busy(id(2)) } == ["busyDriversDrive"])
    #expect(try promised { $0.rides[id(2)]?.driver = driver(0) } == ["nextRidesWait"])
    #expect(try promised { $0.rides[id(2)]?.state = .arrived } == ["nextRidesWait", "oneActiveRidePerDriver"])
    #expect(
      try promised { $0.rides[id(3)]?.state = .completed } == ["busyDriversDrive", "nextRidesFollow"])
    // The offer of ride 1 is held during ride 3.
    func held(_ offer: OfferID) throws -> Set<String> {
      try found { record in
        record.offers[.offer(of: id(1), round: 1)]?.driver = driver(3)
        record.rides[id(1)]?.driver = driver(3)
        record.drivers[driver(1)]?.activity = .idle
        record.drivers[driver(3)]?.activity = .busy(id(3), next: .offered(offer))
      }
    }
    #expect(try held(.offer(of: id(1), round: 1)) == [])
    #expect(try held(.offer(of: id(1), round: 2)) == ["reservationsHaveOffers"])
  }

  @Test("Whatever waits past its end, once the grace time is over and not before")
  func deadlines() throws {
    let offerEnd = Samples.at(25)
    #expect(try found(at: offerEnd.advanced(bySeconds: 60)) { _ in } == [])
    #expect(try found(at: offerEnd.advanced(byMilliseconds: 60_001)) { _ in } == ["offersLapse"])
    #expect(try found(at: Samples.at(640)) { _ in }.contains("completedRidesSettle") == false)
    #expect(
      try found(at: Samples.at(640).advanced(byMilliseconds: 1)) { _ in }.contains("completedRidesSettle"))
    #expect(try found(at: Samples.at(960)) { _ in }.contains("requestsEnd") == false)
    #expect(try found(at: Samples.at(960).advanced(byMilliseconds: 1)) { _ in }.contains("requestsEnd"))
  }

  @Test("Money that does not balance, is missing, or moved twice")
  func money() throws {
    #expect(try found { $0.entries["r5:charge"]?.postings[0].minorUnits += 1 } == ["chargeEqualsLines", "debitsEqualCredits"])
    #expect(try found { $0.entries["r5:payout"] = nil } == ["oneChargeAndPayout"])
    #expect(
      try found { record in
        var again = try #require(record.entries["r5:charge"])
        again.id = "r5:charge:again"
        record.entries[again.id] = again
      } == ["chargeEqualsLines", "oneChargeAndPayout"])
    #expect(
      try found { record in
        var early = try #require(record.entries["r5:charge"])
        early.id = "r4:charge"
        early.ride = id(4)
        record.entries[early.id] = early
      } == ["oneChargeAndPayout", "settledRidesHaveFares"])
    #expect(try found { $0.settlements[id(5)] = nil } == ["settledRidesHaveFares"])
    #expect(try found { $0.settlements[id(5)]?.payoutMinorUnits += 1 } == ["riderPaidEqualsShares"])
    #expect(
      try found { record in
        var undone = try #require(record.entries["r5:charge"]?.reversal(time: now, reason: nil))
        record.entries[undone.id] = undone
        undone.id = "x"
        undone.reverses = "r5:payout"
        record.entries[undone.id] = undone
      } == ["reversalsUndo"])
  }

  @Test("Violations come in the same order, whatever the order of the rows")
  func order() throws {
    var record = try soundRecord()
    record.rides[id(0)]?.endedAt = now
    record.rides[id(2)]?.driver = nil
    record.entries["r5:payout"] = nil
    let rides = Array(record.rides.values)
    func audit(_ rides: [Ride]) -> [Violation] {
      RecordAudit.violations(
        rides: rides, offers: Array(record.offers.values), drivers: Array(record.drivers.values),
        settlements: Array(record.settlements.values), entries: Array(record.entries.values), now: now)
    }
    #expect(audit(rides) == audit(rides.reversed()))
    #expect(audit(rides).count >= 3)
  }
}
