/// How the simulated people behave.
package struct WorldConfiguration: Hashable, Sendable {
  /// Chooses reaction times and declines.
  package var seed: UInt64
  /// City milliseconds between two pings of a driver.
  package var pingIntervalMilliseconds: Int64
  /// City milliseconds from an offer to its answer, evenly spread.
  package var reactionMilliseconds: ClosedRange<Int64>
  /// The share of offers that drivers turn down.
  package var declineShare: Double
  /// City milliseconds from arrival at the pickup until the rider is aboard.
  package var boardingMilliseconds: Int64
  /// City milliseconds after which a rider to whom nobody has come gives up.
  package var patienceMilliseconds: Int64
  /// Put before the riders' ids, so that a second run does not meet the first one's.
  package var riderPrefix: String

  /// Creates a configuration.
  package init(
    seed: UInt64 = 1, pingIntervalMilliseconds: Int64 = 4_000, reactionMilliseconds: ClosedRange<Int64> = 2_000...6_000,
    declineShare: Double = 0, boardingMilliseconds: Int64 = 5_000, patienceMilliseconds: Int64 = 600_000,
    riderPrefix: String = "r"
  ) {
    self.seed = seed
    self.pingIntervalMilliseconds = max(pingIntervalMilliseconds, 100)
    self.reactionMilliseconds = reactionMilliseconds
    self.declineShare = declineShare
    self.boardingMilliseconds = boardingMilliseconds
    self.patienceMilliseconds = patienceMilliseconds
    self.riderPrefix = riderPrefix
  }
}
