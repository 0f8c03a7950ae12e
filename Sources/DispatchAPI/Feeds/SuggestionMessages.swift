package import DispatchCore
package import DispatchState
import FunctionKit

/// The messages that tell drivers where to wait.
package enum SuggestionMessages {
  /// The message of a suggestion, for its driver's feed.
  package static func message(of suggestion: Suggestion) -> OutboxMessage {
    OutboxMessage(
      type: "cabstand.reposition.suggested.v1", feedEvent: "reposition", region: suggestion.region,
      ride: RideID(trusted: suggestion.id.text), driver: suggestion.driver, isForRide: false, time: suggestion.madeAt,
      body: JSONWriter.bytes { json in
        json.object { json in
          json.member("suggestionId", suggestion.id.text)
          json.member("target", position: suggestion.target)
          json.member("driveSeconds", suggestion.driveSeconds)
          json.member("expiresAt", time: suggestion.expiresAt)
        }
      }, trace: TraceContext.current?.traceparent)
  }
}
