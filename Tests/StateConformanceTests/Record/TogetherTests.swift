import DispatchCore
import DispatchState
import Testing

/// Quotes and rides that are asked for at the same time: they may be kept in one transaction, and nobody may notice.
@Suite(.timeLimit(.minutes(8)))
struct TogetherTests {
  @Test(arguments: RecordKind.available)
  func allAreKeptEachWithItsMessage(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<300 {
          group.addTask {
            #expect(try await !record.insert(Sample.quote(number)).wasKnown)
            let ride = try Sample.ride(number)
            let message = Sample.message("requested", of: ride.id, body: "{\"n\":\(number)}")
            #expect(try await !record.insert(ride, publishing: [message, message]).wasKnown)
          }
        }
        try await group.waitForAll()
      }
      for number in 0..<300 {
        #expect(try await record.quote(Sample.quote(number).id) == Sample.quote(number))
        #expect(try await record.ride(Sample.ride(number).id) == Sample.ride(number))
      }
      let messages = try await record.unpublished(limit: 1_000)
      #expect(messages.count == 600)
      for message in messages {
        let number = try #require(Int(message.message.ride.text.dropFirst()))
        #expect(message.message.body == Array("{\"n\":\(number)}".utf8))
      }
    }
  }

  @Test(arguments: RecordKind.available)
  func ofTheSameOneIsNew(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let kept = try await withThrowingTaskGroup(of: (Bool, Bool).self) { group in
        for _ in 0..<40 {
          group.addTask {
            let quote = try await record.insert(Sample.quote(1, key: "q"))
            let ride = try await record.insert(
              Sample.ride(1, key: "r"), publishing: [Sample.message("requested", of: try Sample.ride(1).id)])
            return (!quote.wasKnown, !ride.wasKnown)
          }
        }
        return try await group.reduce(into: (0, 0)) { counts, new in
          counts.0 += new.0 ? 1 : 0
          counts.1 += new.1 ? 1 : 0
        }
      }
      #expect(kept == (1, 1))
      #expect(try await record.unpublished(limit: 100).count == 1)
    }
  }

  @Test(arguments: RecordKind.available)
  func aRiderWhoAsksForManyGetsOne(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rider = Sample.rider(1)
      let outcomes = try await withThrowingTaskGroup(of: StateError?.self) { group in
        for number in 0..<30 {
          group.addTask {
            await stateError {
              try await record.insert(
                Sample.ride(number, rider: rider),
                publishing: [Sample.message("requested", of: try Sample.ride(number).id)])
            }
          }
          // Others are not concerned.
          group.addTask { await stateError { try await record.keep(Sample.ride(100 + number)) } }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == nil } == 31)
      #expect(outcomes.count { $0 == .riderBusy } == 29)
      #expect(try await record.unpublished(limit: 100).count == 31)
    }
  }

  /// A text that the database cannot hold.
  @Test(arguments: RecordKind.available.filter { $0 == .postgres })
  func oneThatCannotBeKeptFailsAlone(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let outcomes = try await withThrowingTaskGroup(of: StateError?.self) { group in
        for number in 0..<60 {
          group.addTask {
            await stateError {
              _ = try await record.insert(Sample.quote(number, key: number == 17 ? "\0" : nil))
              _ = try await record.keep(Sample.ride(number, key: number == 23 ? "a\0b" : nil))
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == nil } == 58)
      #expect(
        outcomes.compactMap { $0 }.allSatisfy { if case .corrupt = $0 { true } else { false } })
      #expect(try await record.rides(.init(), after: nil, limit: 100).count == 58)
    }
  }
}
