import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A clock that runs at a rate from an anchor; unanchored it is the system's.
///
/// A replay anchors it at the recorded day and lets it run N times faster.
public final class AdjustableClock: WallClock {
  /// City time as a straight line through real time.
  public struct Anchor: Equatable, Sendable {
    /// The city time at `real`.
    public var city: EventTime
    /// A real moment.
    public var real: EventTime
    /// City seconds per real second; 0 stands still.
    public var rate: Double

    /// Creates an anchor.
    /// - Parameters:
    ///   - city: the city time at `real`.
    ///   - real: a real moment.
    ///   - rate: city seconds per real second, 0 to 100,000.
    public init(city: EventTime, real: EventTime, rate: Double) {
      self.city = city
      self.real = real
      self.rate = rate
    }
  }

  private let state: Mutex<Anchor?>

  /// Creates a clock.
  /// - Parameter anchor: where it runs from; nil is the system's clock.
  public init(anchor: Anchor? = nil) {
    state = Mutex(anchor)
  }

  /// Where the clock runs from; nil while it is the system's.
  public var anchor: Anchor? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }

  /// The system's real time.
  public static func systemNow() -> EventTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return EventTime(unixMilliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// The present city time.
  public func now() -> EventTime {
    let real = Self.systemNow()
    guard let anchor else { return real }
    let passed = Double(real.unixMilliseconds - anchor.real.unixMilliseconds) * anchor.rate
    guard let step = Int64(exactly: passed.rounded()) else { return anchor.city }
    let (sum, overflow) = anchor.city.unixMilliseconds.addingReportingOverflow(step)
    return EventTime(unixMilliseconds: overflow ? .max : sum)
  }

  /// Suspends until the clock shows a moment.
  public func sleep(until moment: EventTime) async throws {
    while true {
      let remaining = Double(moment.unixMilliseconds) - Double(now().unixMilliseconds)
      if remaining <= 0 {
        try Task.checkCancellation()
        return
      }
      // Wakes up at least every second, so that a changed anchor is noticed.
      let rate = anchor?.rate ?? 1
      let real = rate > 0 ? min(max(remaining / rate, 1), 1_000) : 1_000
      try await Task.sleep(for: .microseconds(Int64(real * 1_000)))
    }
  }
}
