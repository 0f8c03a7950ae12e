/// How long the requests of a region are gathered before they are matched: short while drivers are plenty, longer while they are
/// scarce, because then every driver who comes free in the meantime shortens somebody's wait.
///
/// A window ends at the multiples of its length, so that every instance knows without asking when that is.
package struct MatchWindow: Sendable, Hashable {
  /// The shortest window, in seconds: that of the trigger's interval.
  package var minimumSeconds: Int
  /// The longest window, in seconds.
  package var maximumSeconds: Int

  package init(minimumSeconds: Int = 2, maximumSeconds: Int = 2) {
    self.minimumSeconds = max(minimumSeconds, 1)
    self.maximumSeconds = max(maximumSeconds, self.minimumSeconds)
  }

  /// Whether it does anything at all.
  package var isFixed: Bool { minimumSeconds == maximumSeconds }

  /// The length that fits a region's load: the shortest doubled until it fits, so that shorter windows end where longer ones do.
  /// - Parameters:
  ///   - waiting: rides that wait.
  ///   - free: drivers who are free.
  package func seconds(waiting: Int, free: Int) -> Int {
    guard waiting > free else { return minimumSeconds }
    return maximumSeconds
  }

  /// Whether a window ends at a moment: whether a multiple of its length lies within the shortest window before it.
  /// - Parameters:
  ///   - now: the moment, a tick of the trigger.
  ///   - seconds: the window's length.
  package func ends(at now: Timestamp, seconds: Int) -> Bool {
    let length = Int64(max(seconds, minimumSeconds)) * 1_000
    let before = now.advanced(byMilliseconds: -Int64(minimumSeconds) * 1_000)
    return Self.index(now, length) != Self.index(before, length)
  }

  private static func index(_ time: Timestamp, _ length: Int64) -> Int64 {
    let quotient = time.unixMilliseconds / length
    return time.unixMilliseconds % length < 0 ? quotient - 1 : quotient
  }
}
