package import DispatchCore

/// Suggestions to drivers: the record.
package protocol SuggestionStore: Sendable {
  /// Keeps suggestions with their messages, each with its message or not at all: those to drivers who are still free and whose
  /// status has the version that the suggestion was made for.
  /// - Parameter items: each message names its suggestion in place of a ride, and its driver.
  /// - Returns: those that were kept, in their order; one that was kept before is not among them.
  func suggest(_ items: [SuggestionCommit]) async throws -> [SuggestionID]

  /// Each driver's latest suggestion, by driver.
  /// - Parameters:
  ///   - region: the market.
  ///   - moment: suggestions made before are left out.
  func latestSuggestions(in region: RegionID, madeSince moment: Timestamp) async throws -> [Suggestion]
}

/// A suggestion with the message that goes out with it.
package struct SuggestionCommit: Sendable {
  package var suggestion: Suggestion
  package var message: OutboxMessage

  package init(_ suggestion: Suggestion, publishing message: OutboxMessage) {
    self.suggestion = suggestion
    self.message = message
  }
}
