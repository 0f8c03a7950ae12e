import DispatchCore
import DispatchState
import Testing

@Suite(.timeLimit(.minutes(8)))
struct OutboxTests {
  @Test(arguments: RecordKind.available)
  func messagesComeBackAsTheyWereWritten(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      #expect(try await record.latestSequence() == 0)
      #expect(try await record.unpublished(limit: 10).isEmpty)
      let ride = try Sample.ride(1)
      let messages = [
        Sample.message("requested", of: ride.id, body: #"{"text": "with \"quotes\", \\ and 🚕", "n":[1,  2]}"#),
        Sample.message("shown", of: ride.id, driver: Sample.driver(2), isForRide: false, body: ""),
        OutboxMessage(
          type: "t", feedEvent: "", region: Sample.nyc, ride: RideID(trusted: "another"), driver: nil, isForRide: true,
          time: Timestamp(unixMilliseconds: -1), body: Array("null".utf8),
          trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
      ]
      _ = try await record.insert(ride, publishing: messages)
      let kept = try await record.unpublished(limit: 10)
      #expect(kept.map(\.message) == messages)
      #expect(kept.map(\.sequence) == kept.map(\.sequence).sorted())
      #expect(try await record.latestSequence() == kept.last?.sequence)
    }
  }

  @Test(arguments: RecordKind.available)
  func whatIsPublishedIsNotFoundAgain(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for number in 0..<10 { try await record.keep(Sample.ride(number)) }
      let first = try await record.unpublished(limit: 4)
      #expect(first.map(\.message.ride.text) == ["r00000", "r00001", "r00002", "r00003"])
      // Out of order, twice, and one that does not exist.
      try await record.markPublished([first[2].sequence, first[0].sequence, first[2].sequence, 99_999])
      try await record.markPublished([])
      let rest = try await record.unpublished(limit: 100)
      #expect(rest.count == 8)
      #expect(rest.first == first[1])
      #expect(rest.dropFirst().first == first[3])
      try await record.markPublished(rest.map(\.sequence))
      #expect(try await record.unpublished(limit: 100).isEmpty)
      // Feeds still have them.
      #expect(try await record.messages(for: .ride(first[0].message.ride), after: 0, limit: 9) == [first[0]])
    }
  }

  @Test(arguments: RecordKind.available)
  func feedsShowWhatConcernsThem(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let (driver, other) = (Sample.driver(1), Sample.driver(2))
      let ride = try Sample.ride(1)
      _ = try await record.insert(
        ride,
        publishing: [
          Sample.message("a", of: ride.id), Sample.message("b", of: ride.id, driver: driver),
          Sample.message("c", of: ride.id, driver: driver, isForRide: false),
          Sample.message("d", of: ride.id, driver: other),
        ])
      try await record.keep(Sample.ride(2))
      let all = try await record.unpublished(limit: 10).prefix(4).map(\.sequence)
      let ofRide = try await record.messages(for: .ride(ride.id), after: 0, limit: 10)
      #expect(ofRide.map(\.sequence) == [all[0], all[1], all[3]])
      let ofDriver = try await record.messages(for: .driver(driver), after: 0, limit: 10)
      #expect(ofDriver.map(\.sequence) == [all[1], all[2]])
      #expect(try await record.messages(for: .driver(driver), after: all[1], limit: 10).map(\.sequence) == [all[2]])
      #expect(try await record.messages(for: .driver(driver), after: .min, limit: 1).map(\.sequence) == [all[1]])
      #expect(try await record.messages(for: .driver(driver), after: .max, limit: 1).isEmpty)
      #expect(try await record.latestSequence(for: .driver(driver)) == all[2])
      #expect(try await record.latestSequence(for: .ride(ride.id)) == all[3])
      #expect(try await record.latestSequence(for: .ride(RideID(trusted: "unknown"))) == 0)
    }
  }

  /// A reader who resumes from the last sequence seen must not miss what was committed meanwhile, although sequences are
  /// drawn before commits.
  @Test(arguments: RecordKind.available)
  func aFeedMissesNothingWhileManyCommit(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let driver = Sample.driver(1)
      // The driver must exist to be locked; the steps themselves are other rides' own.
      try await record.online(driver)
      let rides = try await concurrently(150) { try await record.keep(Sample.ride($0)) }
      async let writing = concurrently(rides.count) { number in
        try await record.commit([
          Commit(
            RideLifecycle.expire(rides[number], now: Sample.time(900)),
            publishing: [Sample.message("expired", of: rides[number].id, driver: driver)])
        ])
      }
      var seen: [Int64] = []
      while seen.count < rides.count {
        let next = try await record.messages(for: .driver(driver), after: seen.last ?? 0, limit: 7)
        seen += next.map(\.sequence)
        if next.isEmpty, try await record.latestSequence(for: .driver(driver)) > seen.last ?? 0 {
          // There may be more by now, but never anything before what was seen.
          continue
        }
        let all = try await record.messages(for: .driver(driver), after: 0, limit: 1_000).map(\.sequence)
        #expect(Array(all.prefix(seen.count)) == seen)
        if all.prefix(seen.count) != seen[...] { break }
      }
      #expect(try await writing.count == rides.count)
      #expect(seen.count == rides.count)
    }
  }

  @Test(arguments: RecordKind.available)
  func publishersAreWoken(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      var wakeups = try await record.wakeups().makeAsyncIterator()
      // The first comes by itself: there may be something left over.
      #expect(await wakeups.next() != nil)
      try await record.keep(Sample.ride(1))
      #expect(await wakeups.next() != nil)
      #expect(try await record.unpublished(limit: 1).count == 1)
    }
  }

  @Test(arguments: RecordKind.available)
  func wakingEndsWithItsListener(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let listening = Task {
        var count = 0
        for await _ in try await record.wakeups() { count += 1 }
        return count
      }
      try await record.keep(Sample.ride(1))
      listening.cancel()
      _ = try await listening.value
    }
  }
}
