#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A moment of the system's monotonic clock in eight bytes.
///
/// `ContinuousClock.Instant` shows the same time, but the compiler does not know how large it is: whatever holds one is copied
/// at run time, field by field.
@usableFromInline package struct Moment: Comparable, Hashable, Sendable {
  /// Nanoseconds since a moment that no two processes need to share.
  @usableFromInline package let nanoseconds: Int64

  /// A moment.
  /// - Parameter nanoseconds: nanoseconds on the clock.
  @inlinable package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// One moment on both clocks, read at once.
  private static let anchor = (instant: ContinuousClock.now, moment: Moment.now)

  /// The same moment as `ContinuousClock` has it.
  /// - Parameter instant: the moment.
  package init(_ instant: ContinuousClock.Instant) {
    self = Self.anchor.moment.advanced(by: instant - Self.anchor.instant)
  }

  /// The present moment.
  package static var now: Moment {
    var time = timespec()
    #if canImport(Darwin)
      clock_gettime(CLOCK_MONOTONIC_RAW, &time)
    #else
      clock_gettime(CLOCK_BOOTTIME, &time)
    #endif
    return Moment(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }

  /// The same moment on `ContinuousClock`.
  package var instant: ContinuousClock.Instant {
    Self.anchor.instant + .nanoseconds(nanoseconds - Self.anchor.moment.nanoseconds)
  }

  /// A later moment; as late as possible where the duration is longer than 64 bits of nanoseconds.
  package func advanced(by duration: Duration) -> Moment { advanced(byNanoseconds: duration.wholeNanoseconds) }

  /// A later moment, as late as possible at most.
  @inlinable package func advanced(byNanoseconds step: Int64) -> Moment {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(step)
    return Moment(nanoseconds: overflow ? (step < 0 ? .min : .max) : sum)
  }

  /// Nanoseconds from another moment to this one.
  @inlinable package func nanoseconds(since other: Moment) -> Int64 { nanoseconds &- other.nanoseconds }

  /// Whether a moment is before another.
  @inlinable package static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

  // The following ones, which `Comparable` would supply, so that other modules compare numbers instead of calling it.

  /// Whether a moment is not after another.
  @inlinable package static func <= (left: Moment, right: Moment) -> Bool { left.nanoseconds <= right.nanoseconds }

  /// Whether a moment is not before another.
  @inlinable package static func >= (left: Moment, right: Moment) -> Bool { left.nanoseconds >= right.nanoseconds }
}

extension Duration {
  /// This duration in whole nanoseconds, saturating.
  package var wholeNanoseconds: Int64 {
    // Up to nine seconds fit: dividing 64 bits by a constant costs a fraction of dividing 128.
    if let short = Int64(exactly: attoseconds) { return short / 1_000_000_000 }
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || sumOverflow ? (seconds < 0 ? .min : .max) : sum
  }
}
