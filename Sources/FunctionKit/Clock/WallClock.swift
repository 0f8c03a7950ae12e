/// The clock by which the city lives: real time in production, faster in a replay, by hand in a test.
public protocol WallClock: Sendable {
  /// The present moment.
  func now() -> EventTime

  /// Suspends until the clock shows a moment.
  /// - Parameter moment: when to wake up; a past one returns at once.
  /// - Throws: `CancellationError`.
  func sleep(until moment: EventTime) async throws
}

extension WallClock {
  /// Suspends for a span of this clock's time.
  /// - Parameter duration: how long.
  public func sleep(for duration: Duration) async throws {
    try await sleep(until: now().advanced(by: duration))
  }
}
