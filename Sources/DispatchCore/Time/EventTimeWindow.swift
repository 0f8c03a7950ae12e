/// How far from the server's clock the time of an incoming event may lie.
package struct EventTimeWindow: Sendable {
  /// How far ahead of the clock, in seconds: clocks of phones differ.
  package var futureSeconds: Int
  /// How far back, in seconds: phones come back from places without a network.
  package var pastSeconds: Int

  package init(futureSeconds: Int = 60, pastSeconds: Int = 48 * 3_600) {
    self.futureSeconds = futureSeconds
    self.pastSeconds = pastSeconds
  }

  /// Where a time lies.
  package enum Verdict: Sendable { case fine, tooFarAhead, tooFarBack }

  /// Judges a time.
  /// - Parameters:
  ///   - time: the event's time.
  ///   - now: the server's clock.
  package func judge(_ time: Timestamp, now: Timestamp) -> Verdict {
    if time > now.advanced(bySeconds: futureSeconds) { return .tooFarAhead }
    if time < now.advanced(bySeconds: -pastSeconds) { return .tooFarBack }
    return .fine
  }
}
