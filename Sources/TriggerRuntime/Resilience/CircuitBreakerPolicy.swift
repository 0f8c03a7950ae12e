/// When calls to something that keeps failing are stopped, for how long, and how they begin again.
public struct CircuitBreakerPolicy: Sendable, Hashable {
  /// So many failures in a row open the circuit, 1 or more.
  public var consecutiveFailures: Int
  /// How long it stays open, in real time.
  public var openDuration: Duration
  /// So many calls are let through when that is over; when all of them succeed the circuit closes. 1 or more.
  public var halfOpenProbes: Int

  /// Creates a policy.
  /// - Parameters:
  ///   - consecutiveFailures: so many failures in a row open the circuit.
  ///   - openDuration: how long it stays open, in real time.
  ///   - halfOpenProbes: so many calls must succeed then for it to close.
  public init(consecutiveFailures: Int = 5, openDuration: Duration = .seconds(10), halfOpenProbes: Int = 1) {
    self.consecutiveFailures = max(1, consecutiveFailures)
    self.openDuration = openDuration
    self.halfOpenProbes = max(1, halfOpenProbes)
  }
}
