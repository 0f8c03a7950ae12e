import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite(.timeLimit(.minutes(8)))
struct QuoteTests {
  @Test(arguments: RecordKind.available)
  func comesBackAsItWasKept(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      var quote = Sample.quote(1, key: "a key with spaces, \"quotes\" and \\", hash: .max)
      quote.breakdown.lines = [
        .init(name: "base", minorUnits: 255), .init(name: "rebate, {for} \"you\" \\ NULL", minorUnits: -12),
        .init(name: "NULL", minorUnits: .max), .init(name: "Fähre 🚢", minorUnits: 0),
      ]
      quote.pickup = GeoPoint(latitude: -0.1 + 0.3, longitude: 179.999_999_999_999_97)
      quote.expiresAt = Timestamp(unixMilliseconds: .max)
      quote.createdAt = Timestamp(unixMilliseconds: .min)
      let inserted = try await record.insert(quote)
      #expect(!inserted.wasKnown)
      #expect(inserted.value == quote)
      #expect(try await record.quote(quote.id) == quote)
      #expect(try await record.quote(QuoteID(trusted: "q0")) == nil)
    }
  }

  @Test(arguments: RecordKind.available)
  func sameKeyGivesTheFirstQuote(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rider = Sample.rider(1)
      let first = Sample.quote(1, rider: rider, key: "k")
      _ = try await record.insert(first)
      let again = try await record.insert(Sample.quote(2, rider: rider, key: "k"))
      #expect(again.wasKnown)
      #expect(again.value == first)
      #expect(try await record.quote(Sample.quote(2).id) == nil)

      let other = await stateError { try await record.insert(Sample.quote(3, rider: rider, key: "k", hash: 8)) }
      #expect(other == .idempotencyKeyReused)
      // Keys are per rider.
      #expect(try await !record.insert(Sample.quote(4, rider: Sample.rider(2), key: "k", hash: 8)).wasKnown)
    }
  }

  @Test(arguments: RecordKind.available)
  func neverChanges(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let first = Sample.quote(1)
      _ = try await record.insert(first)
      var second = first
      second.surgeTenths = 20
      let again = try await record.insert(second)
      #expect(again.wasKnown)
      #expect(again.value == first)
      #expect(try await record.quote(first.id) == first)
    }
  }

  @Test(arguments: RecordKind.available)
  func oneOfManyWithTheSameKeyIsKept(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rider = Sample.rider(1)
      let answers = try await concurrently(40) { index in
        try await record.insert(Sample.quote(index, rider: rider, key: "k"))
      }
      #expect(answers.count { !$0.wasKnown } == 1)
      #expect(Set(answers.map(\.value)).count == 1)
    }
  }
}
