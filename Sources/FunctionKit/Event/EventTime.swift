/// A moment as milliseconds since 1970-01-01T00:00:00Z, the precision in which every event is timed.
public struct EventTime: Hashable, Comparable, Sendable {
  /// Milliseconds since the Unix epoch; negative before it.
  public var unixMilliseconds: Int64

  /// Creates a moment.
  /// - Parameter unixMilliseconds: milliseconds since the Unix epoch.
  public init(unixMilliseconds: Int64) {
    self.unixMilliseconds = unixMilliseconds
  }

  /// Whether one moment lies before another.
  public static func < (left: EventTime, right: EventTime) -> Bool {
    left.unixMilliseconds < right.unixMilliseconds
  }

  /// This moment moved by a duration, saturating at the ends of the representable range.
  /// - Parameter duration: how far to move; negative moves back.
  public func advanced(by duration: Duration) -> EventTime {
    let (seconds, attoseconds) = duration.components
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
    let step = overflow ? (seconds < 0 ? .min : .max) : milliseconds + attoseconds / 1_000_000_000_000_000
    let (sum, sumOverflow) = unixMilliseconds.addingReportingOverflow(step)
    return EventTime(unixMilliseconds: sumOverflow ? (step < 0 ? .min : .max) : sum)
  }

  /// How long it takes from this moment to another, saturating; negative where the other is earlier.
  /// - Parameter other: the other moment.
  public func duration(to other: EventTime) -> Duration {
    let (difference, overflow) = other.unixMilliseconds.subtractingReportingOverflow(unixMilliseconds)
    return .milliseconds(overflow ? (other < self ? .min : .max) : difference)
  }
}
