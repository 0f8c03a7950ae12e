import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite(.timeLimit(.minutes(8)))
struct LedgerTests {
  let driver = Sample.driver(1)

  /// A settled ride with all kinds of lines, and what it was settled with.
  private func settled(_ record: any RecordPorts, _ number: Int) async throws -> (Ride, Settlement) {
    let ride = try await record.completed(number, by: driver)
    let charge = FareBreakdown(
      lines: [
        .init(name: "base", minorUnits: 1_000, rule: "base", inputs: [.init("distance", "4.12 km")]),
        .init(name: "vat", minorUnits: 190, kind: .tax, rule: "taxes.vat"),
        .init(name: "bridge", minorUnits: 800, kind: .toll), .init(name: "bookingFee", minorUnits: 195, kind: .fee),
        .init(name: "promotion", minorUnits: -150, kind: .promotion, inputs: [.init("code", "P")]),
        .init(name: "tip", minorUnits: 300, kind: .tip),
      ], currency: .usd)
    let settlement = try #require(
      Settlement(
        ride: ride, charge: charge, commissionBasisPoints: 2_500, floorMinorUnits: 900, time: Sample.time(9_000)))
    _ = try await record.mustStep(RideLifecycle.settle(ride, settlement, at: Sample.time(9_000)))
    return (ride, settlement)
  }

  @Test(arguments: RecordKind.available)
  func everyKindOfLineIsKeptAndSharedOut(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let (ride, settlement) = try await settled(record, 1)
      #expect(try await record.settlement(of: ride.id) == settlement)
      #expect(settlement.payoutMinorUnits == 1_200 && settlement.topUpMinorUnits == 150)
      for (account, amount) in [
        (LedgerAccount.rider(ride.rider), 2_335), (.driver(driver), -1_200), (.commission, -445), (.tax("vat"), -190),
        (.tolls, -800), (.promotions, 150), (.topUps, 150), (.fares, 0),
      ] as [(LedgerAccount, Int64)] {
        #expect(try await record.balance(of: account).map(\.minorUnits) == [amount], "\(account)")
      }
      let trial = try await record.trialBalance()
      #expect(trial.reduce(0) { $0 + $1.debits - $1.credits } == 0)
      #expect(trial.map(\.account) == ["commission", "drivers", "fares", "promotions", "riders", "tax:vat", "tolls", "topUps"])
      #expect(try await record.audit(at: Sample.time(9_001)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func correctionsArePostedOncePerKey(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let (ride, settlement) = try await settled(record, 1)
      func post(_ kind: LedgerAdjustment.Kind, _ key: String, _ amount: Int64) async throws -> Int {
        let change = LedgerAdjustment(
          ride: ride.id, kind: kind, key: key, minorUnits: amount, reason: "r\u{e9}ason", time: Sample.time(9_100))
        return try await record.post(
          change.entries(rider: ride.rider, driver: driver, settlement: settlement), settling: nil)
      }
      #expect(try await post(.tip, "a", 200) == 1)
      #expect(try await post(.tip, "a", 200) == 0)
      await #expect(throws: StateError.idempotencyKeyReused) { try await post(.tip, "a", 300) }
      #expect(try await post(.tip, "b", 100) == 1)
      #expect(try await post(.refund, "a", 500) == 1)
      #expect(try await record.balance(of: .rider(ride.rider)).map(\.minorUnits) == [2_335 + 300 - 500])
      #expect(try await post(.dispute, "x", 0) == 2)
      #expect(try await post(.dispute, "y", 0) == 0)
      #expect(try await record.balance(of: .rider(ride.rider)).map(\.minorUnits) == [-200])
      #expect(try await record.balance(of: .commission).map(\.minorUnits) == [0])
      // What was settled stays what it was.
      #expect(try await record.settlement(of: ride.id) == settlement)
      #expect(try await record.entries(of: ride.id).count == 7)
      let lines = try await record.statement(of: .rider(ride.rider), after: nil, limit: 100)
      #expect(lines.map(\.amount.minorUnits).reduce(0, +) == -200)
      #expect(lines.last?.reason == "r\u{e9}ason")
      var paged: [StatementLine] = []
      while let page = try await record.statement(of: .rider(ride.rider), after: paged.last, limit: 2).nonEmpty {
        paged += page
      }
      #expect(paged == lines)
      #expect(try await record.audit(at: Sample.time(9_101)).violations.isEmpty)
      #expect(try await post(.refund, "b", 2_000) == 1)
      let found = try await record.audit(at: Sample.time(9_101)).violations
      #expect(found.map { "\($0.invariant) \($0.detail)" } == ["refundsWithinCharge gave back 2500 of 2335"])
    }
  }

  @Test(arguments: RecordKind.available)
  func manyAtOncePostOnce(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let (ride, settlement) = try await settled(record, 1)
      let added = try await concurrently(24) { number in
        let change = LedgerAdjustment(
          ride: ride.id, kind: number % 2 == 0 ? .dispute : .tip, key: "k\(number % 3)", minorUnits: 50, reason: nil,
          time: Sample.time(9_100))
        return try await record.post(
          change.entries(rider: ride.rider, driver: driver, settlement: settlement), settling: nil)
      }
      #expect(added.reduce(0, +) == 5)
      #expect(try await record.audit(at: Sample.time(9_101)).violations.isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func positionsAreKeptInOrderAndForgotten(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      func fix(_ second: Int, _ latitude: Double) -> RecordedPosition {
        RecordedPosition(
          driver: driver,
          fix: .init(time: Sample.time(second), point: GeoPoint(latitude: latitude, longitude: 1)))
      }
      try await record.append([fix(30, 3), fix(10, 1), fix(20, 2)])
      try await record.append([fix(20, 9), fix(40, 4)])
      try await record.append([])
      let found = try await record.positions(of: driver, from: Sample.time(10), to: Sample.time(30))
      #expect(found.map(\.point.latitude) == [1, 2, 3])
      try await record.forgetPositions(before: Sample.time(30))
      #expect(try await record.positions(of: driver, from: Sample.time(0), to: Sample.time(99)).count == 2)
    }
  }
}

extension Array {
  /// Itself, or nil where it is empty.
  fileprivate var nonEmpty: Self? { isEmpty ? nil : self }
}
