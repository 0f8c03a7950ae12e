import DispatchCore
import DispatchState
import Testing

@Suite(.timeLimit(.minutes(8)))
struct DriverTests {
  let driver = Sample.driver(1)

  @Test(arguments: RecordKind.available)
  func shiftsBeginAndEnd(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      #expect(try await record.status(of: driver) == nil)
      func shift(_ isOnline: Bool, _ seconds: Int, _ vehicleClass: VehicleClass = .standard) async throws
        -> DriverStatus
      {
        let status = try await record.setShift(
          driver, region: Sample.sf, vehicleClass: vehicleClass, isOnline: isOnline, at: Sample.time(seconds))
        #expect(try await record.status(of: driver) == status)
        return status
      }
      func status(
        _ activity: DriverActivity, _ version: Int64, _ seconds: Int, _ vehicleClass: VehicleClass = .standard
      )
        -> DriverStatus
      {
        DriverStatus(
          driver: driver, region: Sample.sf, vehicleClass: vehicleClass, activity: activity, version: version,
          since: Sample.time(seconds))
      }
      #expect(try await shift(true, 10) == status(.idle, 1, 10))
      // Again: nothing changes.
      #expect(try await shift(true, 20) == status(.idle, 1, 10))
      // Another car: still on shift since then.
      #expect(try await shift(true, 30, .large) == status(.idle, 2, 10, .large))
      #expect(try await shift(false, 40, .large) == status(.offline, 3, 40, .large))
      #expect(try await shift(false, 50, .large) == status(.offline, 3, 40, .large))
      #expect(try await shift(true, 60) == status(.idle, 4, 60))
      let moved = try await record.setShift(
        driver, region: Sample.nyc, vehicleClass: .standard, isOnline: true, at: Sample.time(70))
      #expect(moved.region == Sample.nyc && moved.version == 5 && moved.since == Sample.time(60))
    }
  }

  @Test(arguments: RecordKind.available)
  func aDriverWhoIsOfferedOrBusyStaysSo(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      try await record.online(driver)
      let (ride, offer) = try await record.offered(1, to: driver)
      func goOffline() async throws -> DriverStatus {
        try await record.setShift(
          driver, region: Sample.nyc, vehicleClass: .large, isOnline: false, at: Sample.time(3))
      }
      #expect(try await goOffline().activity == .offered(offer.id))
      _ = try await record.mustStep(RideLifecycle.accept(ride, offer, by: driver, now: Sample.time(4)))
      let status = try await goOffline()
      #expect(status.activity == .busy(ride.id))
      #expect(status.region == Sample.sf && status.vehicleClass == .standard)
      #expect(try await record.status(of: driver) == status)
    }
  }

  @Test(arguments: RecordKind.available)
  func withdrawingAnOfferEndsTheShift(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      try await record.online(driver)
      let (ride, offer) = try await record.offered(1, to: driver)
      _ = try await record.mustStep(RideLifecycle.withdraw(ride, offer, now: Sample.time(3)))
      #expect(try await record.status(of: driver)?.activity == .offline)
      #expect(try await record.offer(offer.id)?.state == .withdrawn)
    }
  }

  @Test(arguments: RecordKind.available)
  func statusesArePagedByID(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      // Ids that other collations would order otherwise.
      let names = ["B", "a", "_", "10", "9", "Z:1", "a-b", "a.b", "A", "aB"]
      for name in names {
        _ = try await record.setShift(
          DriverID(trusted: name), region: Sample.sf, vehicleClass: .premium, isOnline: name != "9", at: Sample.start)
      }
      try await record.online(driver, region: Sample.nyc)
      for page in [1, 3, 10, 100] {
        var found: [DriverStatus] = []
        while true {
          let next = try await record.statuses(in: Sample.sf, after: found.last?.driver, limit: page)
          if next.isEmpty { break }
          found += next
        }
        #expect(found.map(\.driver.text) == names.sorted())
        #expect(found.allSatisfy { $0.vehicleClass == .premium })
        #expect(found.count { $0.activity == .offline } == 1)
      }
    }
  }

  @Test(arguments: RecordKind.available)
  func concurrentShiftsCountEveryChange(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      _ = try await concurrently(40) { try await record.online(Sample.driver($0 % 4)) }
      let statuses = try await record.statuses(in: Sample.sf, after: nil, limit: 10)
      #expect(statuses.map(\.version) == [1, 1, 1, 1])
    }
  }
}
