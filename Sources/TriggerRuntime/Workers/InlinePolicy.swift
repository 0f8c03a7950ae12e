/// Whether a pool's jobs may be done on the thread that hands them over: as long as they keep it for a short time only.
///
/// A job that kept the thread for too long sends the next ones to the pool of threads, 16 at first and twice as many each time it happens again,
/// until one is short again.
struct InlinePolicy: Sendable {
  private static let firstPause = 16
  private static let longestPause = 1 << 16

  private var remaining = 0
  private var pause = Self.firstPause

  /// Whether the next job may be done at once.
  mutating func admits() -> Bool {
    guard remaining > 0 else { return true }
    remaining -= 1
    return false
  }

  /// A job has kept its thread for too long.
  mutating func wasLong() {
    remaining = pause
    pause = min(pause * 2, Self.longestPause)
  }

  /// A job was short after one had been long.
  mutating func wasShort() { pause = Self.firstPause }

  /// Whether a long job has been seen since the last short one.
  var isWary: Bool { pause > Self.firstPause }
}
