import DispatchCore
import DispatchState
import PostgresClient
import PostgresState
import Testing

@Suite(.timeLimit(.minutes(8)))
struct SettlementTests {
  let driver = Sample.driver(1)

  @Test(arguments: RecordKind.available)
  func moneyMovesWithTheRide(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let ride = try await record.completed(1, by: driver)
      #expect(try await record.settlement(of: ride.id) == nil)
      #expect(try await record.entries(of: ride.id).isEmpty)
      let settle = try record.settling(ride)
      let settlement = try #require(settle.settlement)
      _ = try await record.mustStep(settle)

      #expect(try await record.settlement(of: ride.id) == settlement)
      #expect(try await record.entries(of: ride.id) == settlement.entries)
      #expect(try await record.balance(of: .rider(ride.rider)) == [Money(minorUnits: 1_325, currency: .usd)])
      #expect(try await record.balance(of: .driver(driver)) == [Money(minorUnits: -994, currency: .usd)])
      #expect(try await record.balance(of: .commission) == [Money(minorUnits: -331, currency: .usd)])
      #expect(try await record.balance(of: .fares) == [Money(minorUnits: 0, currency: .usd)])
      #expect(try await record.balance(of: .driver(Sample.driver(9))).isEmpty)
      #expect(try await record.audit(at: Sample.time(9_001)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func balancesAreByCurrency(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let euro = try #require(Currency("EUR"))
      for (number, currency) in [(1, Currency.usd), (2, euro), (3, euro)] {
        let ride = try await record.completed(number, by: driver)
        let charge = FareBreakdown(
          lines: number == 3 ? [] : [.init(name: "base", minorUnits: 1_000)], currency: currency)
        let settlement = try #require(
          Settlement(ride: ride, charge: charge, commissionBasisPoints: 1_000, time: Sample.time(9_000)))
        _ = try await record.mustStep(RideLifecycle.settle(ride, settlement, at: Sample.time(9_000)))
        #expect(try await record.settlement(of: ride.id) == settlement)
      }
      #expect(
        try await record.balance(of: .driver(driver)) == [
          Money(minorUnits: -900, currency: euro), Money(minorUnits: -900, currency: .usd),
        ])
    }
  }

  @Test(arguments: RecordKind.available)
  func aRefusedSettlementMovesNothing(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let ride = try await record.completed(1, by: driver)
      _ = try await record.mustStep(record.settling(ride))
      // Again, and again by somebody who thinks that the ride is not settled.
      #expect(try await record.step(record.settling(ride, minorUnits: 5_000)) == .rideChanged)
      var forced = try record.settling(ride, minorUnits: 5_000)
      forced.expectedVersion += 1
      forced.ride.version += 1
      #expect(try await record.step(forced) == .rideChanged)
      #expect(try await record.settlement(of: ride.id)?.charge.total.minorUnits == 1_325)
      #expect(try await record.entries(of: ride.id).count == 2)
      #expect(try await record.balance(of: .rider(ride.rider)) == [Money(minorUnits: 1_325, currency: .usd)])
    }
  }

  @Test(arguments: RecordKind.available)
  func manySettleInOneBatch(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rides = try await concurrently(40) { try await record.completed($0, by: Sample.driver($0)) }
      let steps = try rides.map {
        Commit(
          try record.settling($0, minorUnits: 1_000 + Int64($0.id.text.suffix(2).utf8.reduce(0) { $0 + Int($1) })),
          publishing: [])
      }
      let outcomes = try await record.commit(steps + steps)
      #expect(outcomes == Array(repeating: .applied(nil), count: 40) + Array(repeating: .rideChanged, count: 40))
      for step in steps {
        #expect(try await record.settlement(of: step.change.ride.id) == step.change.settlement)
      }
      let report = try await record.audit(at: Sample.time(9_001))
      #expect(report.violations.isEmpty)
      #expect(report.rides == 40)
      #expect(report.ledgerEntries == 80)
    }
  }

  @Test(.needsRecordServer)
  func theBooksCannotBeEditedByHand() async throws {
    try await RecordServer.withDatabase { pool in
      let record = PostgresRecord(pool: pool, logger: RecordServer.logger)
      let ride = try await record.completed(1, by: driver)
      _ = try await record.mustStep(record.settling(ride))
      _ = try await record.insert(Sample.quote(1))
      for sql in [
        "UPDATE ledger_postings SET minor_units = 0", "DELETE FROM ledger_postings", "TRUNCATE ledger_postings",
        "UPDATE ledger_entries SET time = 0", "DELETE FROM ledger_entries", "TRUNCATE ledger_entries CASCADE",
        "UPDATE charges SET payout_minor_units = 0", "DELETE FROM charges", "TRUNCATE charges",
        "UPDATE quotes SET surge_tenths = 10", "UPDATE tariffs SET valid_from = 0", "DELETE FROM rides",
      ] {
        let error = await #expect(throws: PostgresError.self, "\(sql)") { try await pool.script(sql) }
        #expect(error?.sqlState?.description.hasPrefix("23") == true, "\(sql)")
      }
      #expect(try await record.entries(of: ride.id).count == 2)
    }
  }

  @Test(.needsRecordServer)
  func whatDoesNotBalanceCannotBeWritten() async throws {
    try await RecordServer.withDatabase { pool in
      let record = PostgresRecord(pool: pool, logger: RecordServer.logger)
      let ride = try await record.completed(1, by: driver)
      _ = try await record.mustStep(record.settling(ride))
      let entry = "INSERT INTO ledger_entries VALUES ('x', NULL, 'charge', 0, 'USD');"
      for (sql, isAllowed) in [
        ("\(entry) INSERT INTO ledger_postings VALUES ('x', 1, 'fares', 'USD', 5)", false),
        ("\(entry) INSERT INTO ledger_postings VALUES ('x', 1, 'fares', 'USD', 5), ('x', 2, 'y', 'USD', -4)", false),
        ("\(entry) INSERT INTO ledger_postings VALUES ('x', 1, 'fares', 'EUR', 5), ('x', 2, 'y', 'EUR', -5)", false),
        ("\(entry) INSERT INTO ledger_postings VALUES ('x', 1, 'fares', 'USD', 5), ('x', 2, 'y', 'USD', -5)", true),
        // An entry is written once: even what balances in itself cannot be added.
        ("INSERT INTO ledger_postings VALUES ('x', 3, 'fares', 'USD', 5), ('x', 4, 'y', 'USD', -5)", false),
        ("INSERT INTO ledger_entries VALUES ('y', '\(ride.id)', 'charge', 0, 'USD')", false),
      ] {
        if isAllowed {
          try await pool.script(sql)
        } else {
          let error = await #expect(throws: PostgresError.self, "\(sql)") { try await pool.script(sql) }
          #expect(error?.sqlState?.description.hasPrefix("23") == true, "\(sql)")
        }
      }
    }
  }

  @Test(.needsRecordServer)
  func aSettlementThatDoesNotBalanceLeavesTheOthersAlone() async throws {
    try await RecordServer.withDatabase { pool in
      let record = PostgresRecord(pool: pool, logger: RecordServer.logger)
      let wrong = try await record.completed(1, by: driver)
      let right = try await record.completed(2, by: Sample.driver(2))
      var unbalanced = try record.settling(wrong)
      unbalanced.settlement?.entries[0].postings[0].minorUnits += 1
      let commits = [unbalanced, try record.settling(right)].map { Commit($0, publishing: []) }
      let error = await stateError { try await record.commit(commits) }
      guard case .corrupt = error else {
        Issue.record("expected .corrupt, got \(error.map { "\($0)" } ?? "nothing")")
        return
      }
      #expect(try await record.ride(wrong.id) == wrong)
      #expect(try await record.entries(of: wrong.id).isEmpty)
      #expect(try await record.ride(right.id)?.state == .settled)
    }
  }
}
