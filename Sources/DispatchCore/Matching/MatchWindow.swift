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
    self.minimumSeconds = min(max(minimumSeconds, 1), 86_400)
    self.maximumSeconds = min(max(maximumSeconds, self.minimumSeconds), 86_400)
  }

  /// Whether it does anything at all.
  package var isFixed: Bool { minimumSeconds == maximumSeconds }

  /// The length that fits a region's load: the shortest doubled until it fits, so that shorter windows end where longer ones do.
  ///
  /// It is the part of the longest window that drivers are short of requests: those that wait and those that come within it.
  /// - Parameters:
  ///   - waiting: rides that wait.
  ///   - free: drivers who are free.
  ///   - arrivalsPerSecond: how many requests come.
  package func seconds(waiting: Int, free: Int, arrivalsPerSecond: Double) -> Int {
    let asked = Double(waiting) + max(arrivalsPerSecond, 0) * Double(maximumSeconds)
    guard asked.isFinite, asked > Double(free) else { return minimumSeconds }
    let wanted = Double(maximumSeconds) * (1 - Double(max(free, 0)) / asked)
    var seconds = minimumSeconds
    while Double(seconds) * 2 <= wanted { seconds *= 2 }
    return seconds
  }

  /// Whether a window ends at a moment: whether a multiple of its length lies within the shortest window before it.
  /// - Parameters:
  ///   - now: the moment, a tick of the trigger.
  ///   - seconds: the window's length.
  package func ends(at now: Timestamp, seconds: Int) -> Bool {
    let length = Int64(min(max(seconds, minimumSeconds), 86_400)) * 1_000
    let before = now.advanced(byMilliseconds: -Int64(minimumSeconds) * 1_000)
    return Self.index(now, length) != Self.index(before, length)
  }

  private static func index(_ time: Timestamp, _ length: Int64) -> Int64 {
    let quotient = time.unixMilliseconds / length
    return time.unixMilliseconds % length < 0 ? quotient - 1 : quotient
  }
}
