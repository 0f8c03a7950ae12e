/// The states of a circuit breaker and what moves it between them; without a clock of its own.
struct CircuitBreakerState: Sendable {
  /// Where it is.
  enum Phase: Sendable, Equatable {
    /// Calls go through; so many in a row failed last.
    case closed(failures: Int)
    /// No call goes through until then.
    case open(until: ContinuousClock.Instant)
    /// A few calls try whether it works again: so many are under way, so many succeeded.
    case halfOpen(underWay: Int, succeeded: Int)
  }

  /// A call that was let through, to be told how it ended.
  enum Pass: Sendable {
    case ordinary
    case probe
  }

  let policy: CircuitBreakerPolicy
  private(set) var phase = Phase.closed(failures: 0)

  init(_ policy: CircuitBreakerPolicy) {
    self.policy = policy
  }

  /// Lets a call through, or not.
  /// - Returns: nil where it must not be made.
  mutating func admit(_ now: ContinuousClock.Instant) -> Pass? {
    switch phase {
    case .closed: return .ordinary
    case .open(let until):
      guard now >= until else { return nil }
      phase = .halfOpen(underWay: 1, succeeded: 0)
      return .probe
    case .halfOpen(let underWay, let succeeded):
      guard underWay + succeeded < policy.halfOpenProbes else { return nil }
      phase = .halfOpen(underWay: underWay + 1, succeeded: succeeded)
      return .probe
    }
  }

  /// A call went well.
  mutating func succeeded(_ pass: Pass) {
    switch (phase, pass) {
    case (.closed, _): phase = .closed(failures: 0)
    case (.halfOpen(let underWay, let succeeded), .probe):
      phase =
        succeeded + 1 >= policy.halfOpenProbes
        ? .closed(failures: 0) : .halfOpen(underWay: max(0, underWay - 1), succeeded: succeeded + 1)
    // Of calls from before it opened nothing is learned.
    case (.open, _), (.halfOpen, .ordinary): break
    }
  }

  /// A call failed.
  mutating func failed(_ pass: Pass, _ now: ContinuousClock.Instant) {
    switch (phase, pass) {
    case (.closed(let failures), _):
      phase =
        failures + 1 >= policy.consecutiveFailures
        ? .open(until: now + policy.openDuration) : .closed(failures: failures + 1)
    case (.halfOpen, .probe): phase = .open(until: now + policy.openDuration)
    case (.open, _), (.halfOpen, .ordinary): break
    }
  }

  /// A call ended and says nothing about what it called: it was cancelled, or its input was wrong.
  mutating func abandoned(_ pass: Pass) {
    guard case (.halfOpen(let underWay, let succeeded), .probe) = (phase, pass) else { return }
    phase = .halfOpen(underWay: max(0, underWay - 1), succeeded: succeeded)
  }
}
