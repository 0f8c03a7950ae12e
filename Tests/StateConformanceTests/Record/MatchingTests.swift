import DispatchCore
import DispatchState
import Testing

@Suite(.timeLimit(.minutes(8)))
struct MatchLogTests {
  private static let ride = RideID(trusted: "r00001")
  private static let all = MatchLogLimits(roundsPerRide: 100, spacingSeconds: 0)

  /// A round whose digest is told apart by its first driver.
  private func round(
    _ seconds: Int, _ driver: Int, outcome: MatchRound.Outcome = .unserved, ride: RideID = ride
  ) -> MatchRound {
    let isServed = outcome != .unserved
    return MatchRound(
      ride: ride, time: Sample.time(seconds), outcome: outcome, driver: isServed ? Sample.driver(driver) : nil,
      openRides: 7, ageSeconds: seconds, ageBonusDeciseconds: -15,
      considered: [
        ConsideredDriver(
          driver: Sample.driver(driver), verdict: isServed ? .chosen : .takenByOther, distanceMeters: 120,
          etaDeciseconds: 240, zoneDeciseconds: 31, freeInSeconds: 9,
          otherRide: isServed ? nil : RideID(trusted: "r00009")),
        ConsideredDriver(driver: Sample.driver(900), verdict: .stale, distanceMeters: 4_000, etaDeciseconds: 8_000),
      ], others: [.init(.tooFar, drivers: 31), .init(.notAmongNearest, drivers: 4)])
  }

  @Test(arguments: RecordKind.available)
  func roundsAreKeptWholeAndInOrder(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let other = RideID(trusted: "r00002")
      let bare = MatchRound(
        ride: other, time: Sample.time(0), outcome: .unserved, openRides: 1, ageSeconds: 0, considered: [])
      try await record.append([round(2, 1), bare], limits: Self.all)
      try await record.append([round(4, 2, outcome: .driverChanged)], limits: Self.all)
      try await record.append([round(6, 3, outcome: .offered), round(6, 3, ride: other)], limits: Self.all)
      try await record.append([], limits: Self.all)
      let kept = try await record.rounds(of: Self.ride)
      #expect(kept == [round(2, 1), round(4, 2, outcome: .driverChanged), round(6, 3, outcome: .offered)])
      #expect(try await record.rounds(of: other) == [bare, round(6, 3, ride: other)])
      #expect(try await record.rounds(of: RideID(trusted: "r00003")).isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func whatTellsNothingNewIsLeftOut(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      try await record.append([round(2, 1)], limits: Self.all)
      var moved = round(4, 1)
      moved.considered[0].etaDeciseconds = 1
      moved.others = []
      try await record.append([moved], limits: Self.all)
      #expect(try await record.rounds(of: Self.ride) == [round(2, 1)], "nothing but metres changed")
      try await record.append([round(1, 2)], limits: Self.all)
      #expect(try await record.rounds(of: Self.ride).count == 1, "late")
      try await record.append([round(4, 2)], limits: Self.all)
      try await record.append([round(6, 1)], limits: Self.all)
      #expect(try await record.rounds(of: Self.ride).map(\.time) == [2, 4, 6].map(Sample.time), "only the last counts")
    }
  }

  @Test(arguments: RecordKind.available)
  func unservedRoundsAreSpaced(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let limits = MatchLogLimits(roundsPerRide: 100, spacingSeconds: 30)
      for (seconds, driver) in [(0, 1), (2, 2), (29, 3), (30, 4)] {
        try await record.append([round(seconds, driver)], limits: limits)
      }
      #expect(try await record.rounds(of: Self.ride).map(\.time) == [0, 30].map(Sample.time))
      try await record.append([round(32, 5, outcome: .offered)], limits: limits)
      try await record.append([round(34, 6)], limits: limits)
      try await record.append([round(36, 7)], limits: limits)
      #expect(try await record.rounds(of: Self.ride).map(\.time) == [0, 30, 32, 34].map(Sample.time))
    }
  }

  @Test(arguments: RecordKind.available)
  func theNewestRoundsOfARideStay(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let limits = MatchLogLimits(roundsPerRide: 3, spacingSeconds: 0)
      for number in 1...8 { try await record.append([round(number, number)], limits: limits) }
      #expect(try await record.rounds(of: Self.ride).map(\.time) == [6, 7, 8].map(Sample.time))
      // A lower limit counts from the next round on.
      try await record.append([round(9, 9)], limits: MatchLogLimits(roundsPerRide: 1, spacingSeconds: 0))
      #expect(try await record.rounds(of: Self.ride).map(\.time) == [Sample.time(9)])
    }
  }

  @Test(arguments: RecordKind.available)
  func oldRoundsAreForgotten(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let other = RideID(trusted: "r00002")
      for number in 1...4 {
        try await record.append([round(number, number), round(number, number, ride: other)], limits: Self.all)
      }
      #expect(try await record.forgetRounds(before: Sample.time(1), limit: 100) == 0)
      #expect(try await record.forgetRounds(before: Sample.time(3), limit: 3) == 3)
      #expect(try await record.rounds(of: Self.ride).map(\.time) == [3, 4].map(Sample.time))
      #expect(try await record.rounds(of: other).map(\.time) == [2, 3, 4].map(Sample.time))
      #expect(try await record.forgetRounds(before: Sample.time(9), limit: 100) == 5)
      #expect(try await record.rounds(of: Self.ride).isEmpty)
      try await record.append([round(5, 5)], limits: Self.all)
      #expect(try await record.rounds(of: Self.ride).count == 1)
    }
  }

  @Test(arguments: RecordKind.available)
  func writersAtOnceLoseNothingThatMatters(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      _ = try await concurrently(20) { number in
        try await record.append(
          [round(5, number, outcome: .offered), round(5, number, ride: RideID(trusted: "own-\(number)"))],
          limits: Self.all)
      }
      #expect(try await !record.rounds(of: Self.ride).isEmpty)
      for number in 0..<20 { #expect(try await record.rounds(of: RideID(trusted: "own-\(number)")).count == 1) }
    }
  }
}

@Suite(.timeLimit(.minutes(8)))
struct BlockedPairTests {
  @Test(arguments: RecordKind.available)
  func pairsAreKeptApartUntilTheyAreNot(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let pair = BlockedPair(rider: Sample.rider(1), driver: Sample.driver(2))
      let second = BlockedPair(rider: Sample.rider(1), driver: Sample.driver(1))
      let other = BlockedPair(rider: Sample.rider(2), driver: Sample.driver(2))
      let riders: [RiderID] = [Sample.rider(3), Sample.rider(2), Sample.rider(1), Sample.rider(1)]
      func block(_ pair: BlockedPair) async throws -> Bool { try await record.block(pair, at: Sample.start) }
      func unblock(_ pair: BlockedPair) async throws -> Bool { try await record.unblock(pair) }
      func pairs(_ riders: [RiderID]) async throws -> [BlockedPair] { try await record.blockedPairs(of: riders) }
      let before = try await pairs(riders)
      #expect(before.isEmpty)
      #expect(try await block(pair) == true)
      #expect(try await block(pair) == false)
      #expect(try await block(second) == true)
      #expect(try await block(other) == true)
      #expect(try await pairs([Sample.rider(1)]) == [second, pair])
      #expect(try await pairs(riders) == [second, pair, other], "each once, in order")
      #expect(try await pairs([]) == [])
      #expect(try await unblock(pair) == true)
      #expect(try await unblock(pair) == false)
      #expect(try await pairs(riders) == [second, other])
      #expect(try await block(pair) == true)
    }
  }
}
