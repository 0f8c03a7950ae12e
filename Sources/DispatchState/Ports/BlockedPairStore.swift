package import DispatchCore

/// Riders and drivers who must not meet again: the record.
package protocol BlockedPairStore: Sendable {
  /// Keeps a pair apart from now on; an offer that is open already stays.
  /// - Returns: whether they were not kept apart before.
  @discardableResult
  func block(_ pair: BlockedPair, at time: Timestamp) async throws -> Bool

  /// Lets a pair meet again.
  /// - Returns: whether they were kept apart.
  @discardableResult
  func unblock(_ pair: BlockedPair) async throws -> Bool

  /// The drivers whom riders must not meet, by rider and driver.
  func blockedPairs(of riders: [RiderID]) async throws -> [BlockedPair]
}
