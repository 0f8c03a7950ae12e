import Dispatch

/// Nanoseconds of the clock that never jumps, as deadlines are compared on hot paths.
struct MonotonicTime: Comparable, Sendable {
  var nanoseconds: UInt64

  static let never = MonotonicTime(nanoseconds: .max)

  static var now: MonotonicTime { MonotonicTime(nanoseconds: DispatchTime.now().uptimeNanoseconds) }

  /// Saturates, so that a deadline of centuries means never.
  static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return time }
    guard seconds < 1_000_000_000 else { return .never }
    let (sum, overflow) = time.nanoseconds.addingReportingOverflow(
      UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000))
    return overflow ? .never : MonotonicTime(nanoseconds: sum)
  }

  /// The time from an earlier one to this one; zero when it is not earlier.
  func since(_ earlier: MonotonicTime) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
  }

  static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

  var dispatchTime: DispatchTime { DispatchTime(uptimeNanoseconds: nanoseconds) }
}
