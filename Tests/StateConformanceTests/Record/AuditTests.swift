import DispatchCore
import DispatchState
import PostgresClient
import PostgresState
import Testing

@Suite(.timeLimit(.minutes(8)))
struct AuditTests {
  /// Rides in every state, the right way.
  private func seed(_ record: some RecordPorts) async throws {
    for number in 0..<3 { try await record.keep(Sample.ride(number)) }
    for number in 3..<6 {
      try await record.online(Sample.driver(number))
      _ = try await record.offered(number, to: Sample.driver(number))
    }
    for number in 6..<9 { _ = try await record.accepted(number, by: Sample.driver(number)) }
    for number in 9..<12 { _ = try await record.completed(number, by: Sample.driver(number)) }
    for number in 12..<15 {
      _ = try await record.mustStep(record.settling(record.completed(number, by: Sample.driver(number))))
    }
  }

  /// Breaks invariants with steps that no lifecycle would make but a store applies.
  private func corrupt(_ record: some RecordPorts) async throws {
    func change(_ number: Int, _ edit: (inout RideChange) throws -> Void) async throws {
      let ride = try #require(try await record.ride(RideID(trusted: "r\(Sample.padded(number))")))
      var change = RideChange(ride: ride, expectedVersion: ride.version)
      change.ride.version += 1
      try edit(&change)
      let outcome = try await record.step(change)
      guard case .applied = outcome else {
        Issue.record("the corruption of \(number) was not applied: \(outcome)")
        return
      }
    }
    // Accepted without a driver; offered without an offer; an end without an end.
    try await change(0) { $0.ride.state = .accepted }
    try await change(1) { $0.ride.state = .offered }
    try await change(2) { $0.ride.endedAt = Sample.time(1) }
    // An open offer of a ride that is not offered, and a driver who is no longer reserved by it.
    try await change(3) { $0.ride.state = .requested }
    try await change(4) {
      $0.driver = DriverChange(
        driver: Sample.driver(4), from: .offered(.offer(of: $0.ride.id, round: 1)), to: .busy($0.ride.id),
        at: Sample.time(1))
    }
    // Accepted after the offer's end; steps out of order; a driver who lost his ride.
    let offer = try #require(try await record.openOffer(of: RideID(trusted: "r00005")))
    try await change(5) {
      var late = offer
      late.state = .accepted
      late.answeredAt = late.expiresAt
      $0.offer = .close(late)
      $0.ride.state = .accepted
    }
    try await change(6) {
      $0.ride.arrivedAt = Sample.time(3)
      $0.ride.startedAt = Sample.time(2)
    }
    try await change(7) { $0.ride.state = .cancelledByDriver }
    try await change(8) {
      $0.driver = DriverChange(
        driver: Sample.driver(8), from: .busy($0.ride.id), to: .offered(.offer(of: $0.ride.id, round: 7)),
        at: Sample.time(1))
    }
    // Settled without money; a charge without a payout; shares that do not add up; settled, then not.
    try await change(9) { $0.ride.state = .settled }
    try await change(10) { change in
      var settlement = try #require(try record.settling(change.ride).settlement)
      settlement.entries.removeLast()
      settlement.payoutMinorUnits += 7
      change.ride.state = .settled
      change.settlement = settlement
    }
    try await change(12) { $0.ride.state = .completed }
  }

  @Test(arguments: RecordKind.available)
  func findsNothingWhereNothingIsWrong(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let empty = try await record.audit(at: Sample.start)
      #expect(empty.rides == 0 && empty.ledgerEntries == 0 && empty.violations.isEmpty)
      try await seed(record)
      let report = try await record.audit(at: Sample.time(60))
      #expect(report.violations.isEmpty)
      #expect(report.rides == 15)
      #expect(report.ledgerEntries == 6)
    }
  }

  /// The reference is `RecordAudit`, which the memory's audit is.
  @Test(.needsRecordServer)
  func bothFindTheSame() async throws {
    try await RecordServer.withDatabase { pool in
      let memory = MemoryRecord()
      let postgres = PostgresRecord(pool: pool, logger: RecordServer.logger)
      try await seed(memory)
      try await seed(postgres)
      for now in [60, 700, 100_000].map(Sample.time) {
        #expect(try await postgres.audit(at: now).violations == memory.audit(at: now).violations)
      }
      try await corrupt(memory)
      try await corrupt(postgres)
      for now in [60, 700, 100_000].map(Sample.time) {
        let expected = try await memory.audit(at: now)
        let found = try await postgres.audit(at: now)
        #expect(found.violations == expected.violations)
        #expect(found.rides == expected.rides && found.ledgerEntries == expected.ledgerEntries)
      }
      let names = Set(try await postgres.audit(at: Sample.time(100_000)).violations.map(\.invariant))
      #expect(
        names == [
          "activeRideHasDriver", "oneOpenOfferPerOfferedRide", "stepsInOrder", "finalRidesHaveEnded",
          "acceptedBeforeExpiry", "busyDriversDrive", "reservationsHaveOffers", "offersLapse", "requestsEnd",
          "completedRidesSettle", "oneChargeAndPayout", "settledRidesHaveFares", "riderPaidEqualsShares",
        ])
    }
  }

  /// What the schema forbids is broken by hand, with the guards off.
  @Test(.needsRecordServer)
  func findsWhatTheSchemaForbids() async throws {
    try await RecordServer.withDatabase { pool in
      let record = PostgresRecord(pool: pool, logger: RecordServer.logger)
      try await seed(record)
      try await pool.script(
        """
        SET session_replication_role = replica;
        DROP INDEX rides_one_awaited_per_driver;
        DROP INDEX rides_one_present_per_driver;
        DROP INDEX offers_one_open_per_ride;
        UPDATE rides SET driver_id = 'cab-00006' WHERE ride_id IN ('r00007', 'r00008');
        UPDATE offers SET ride_id = 'r00003' WHERE ride_id = 'r00004' AND state = 'open';
        UPDATE ledger_postings SET minor_units = minor_units + 5 WHERE entry_id = 'r00012:charge' AND position % 2 = 1;
        DELETE FROM charges WHERE ride_id = 'r00013';
        DELETE FROM ledger_entries WHERE entry_id = 'r00014:payout';
        RESET session_replication_role;
        """)
      let found = try await record.audit(at: Sample.time(60)).violations
      func has(_ invariant: String, _ subjects: String...) {
        #expect(found.filter { $0.invariant == invariant }.map(\.subject) == subjects, "\(invariant)")
      }
      has("oneActiveRidePerDriver", "cab-00006")
      has("oneOpenOfferPerOfferedRide", "r00003", "r00004")
      has("busyDriversDrive", "cab-00007", "cab-00008")
      has("debitsEqualCredits", "r00012:charge")
      has("settledRidesHaveFares", "r00013")
      has("oneChargeAndPayout", "r00014")
      has("stepsInOrder")

      // The reference agrees on the same rows.
      let rides = try await record.rides(RideFilter(), after: nil, limit: 100)
      let drivers = try await record.statuses(in: Sample.sf, after: nil, limit: 100)
      var settlements: [Settlement] = []
      for ride in rides {
        if ride.id.text == "r00012" { continue }
        if let settlement = try await record.settlement(of: ride.id) { settlements.append(settlement) }
      }
      let reference = RecordAudit.violations(
        rides: rides, offers: [], drivers: drivers, settlements: settlements, entries: [], now: Sample.time(60))
      for invariant in ["oneActiveRidePerDriver", "stepsInOrder", "finalRidesHaveEnded"] {
        #expect(
          reference.filter { $0.invariant == invariant }.map(\.subject)
            == found.filter { $0.invariant == invariant }.map(\.subject))
      }
    }
  }
}
