/// A moment of city time: milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since the Unix epoch.
  package var unixMilliseconds: Int64

  package init(unixMilliseconds: Int64) {
    self.unixMilliseconds = unixMilliseconds
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.unixMilliseconds < right.unixMilliseconds
  }

  /// This moment moved by a span, saturating at the ends.
  /// - Parameter milliseconds: how far; negative moves back.
  package func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
    let (sum, overflow) = unixMilliseconds.addingReportingOverflow(milliseconds)
    return Timestamp(unixMilliseconds: overflow ? (milliseconds < 0 ? .min : .max) : sum)
  }

  /// This moment moved by whole seconds, saturating at the ends.
  package func advanced(bySeconds seconds: Int) -> Timestamp {
    let (product, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000)
    return advanced(byMilliseconds: overflow ? (seconds < 0 ? .min : .max) : product)
  }

  /// The span from another moment to this one, in milliseconds, saturating.
  package func milliseconds(since earlier: Timestamp) -> Int64 {
    let (difference, overflow) = unixMilliseconds.subtractingReportingOverflow(earlier.unixMilliseconds)
    return overflow ? (unixMilliseconds < earlier.unixMilliseconds ? .min : .max) : difference
  }

  /// The span from another moment to this one, in seconds.
  package func seconds(since earlier: Timestamp) -> Double {
    Double(milliseconds(since: earlier)) / 1_000
  }
}
