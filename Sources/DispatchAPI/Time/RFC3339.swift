package import DispatchCore
import FunctionKit

/// Moments of the domain as RFC 3339 texts.
package enum RFC3339 {
  /// The text of a moment in UTC with milliseconds, such as `2008-06-07T00:00:00.000Z`.
  package static func text(_ time: Timestamp) -> String { EventTime(unixMilliseconds: time.unixMilliseconds).rfc3339 }

  /// The moment that a text names; nil where it is no RFC 3339 time.
  package static func time(_ text: String) -> Timestamp? {
    EventTime(rfc3339: text).map { Timestamp(unixMilliseconds: $0.unixMilliseconds) }
  }
}
