package import DispatchCore

/// Why rides were offered to whom: the record of rounds of matching.
package protocol MatchLog: Sendable {
  /// Keeps rounds that tell something new, in one step.
  ///
  /// A round is left out where its `digest` is that of the ride's last kept round, where it is older than that one, and where the ride
  /// stayed unserved in both and they are nearer to each other than the spacing. Of each ride the newest rounds are kept.
  /// - Parameters:
  ///   - rounds: of different rides.
  ///   - limits: how much is kept.
  func append(_ rounds: [MatchRound], limits: MatchLogLimits) async throws

  /// The rounds that were kept of a ride, oldest first.
  func rounds(of ride: RideID) async throws -> [MatchRound]

  /// Forgets the oldest rounds.
  /// - Parameters:
  ///   - moment: rounds before it are forgotten.
  ///   - limit: at most so many.
  /// - Returns: how many were forgotten.
  @discardableResult
  func forgetRounds(before moment: Timestamp, limit: Int) async throws -> Int
}

/// How much of matching is kept.
package struct MatchLogLimits: Sendable, Hashable {
  /// Rounds of a ride.
  package var roundsPerRide: Int
  /// Seconds between two rounds in which a ride stayed unserved.
  package var spacingSeconds: Int

  package init(roundsPerRide: Int = 20, spacingSeconds: Int = 30) {
    self.roundsPerRide = max(roundsPerRide, 1)
    self.spacingSeconds = max(spacingSeconds, 0)
  }
}
