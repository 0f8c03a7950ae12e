/// How often something that failed is tried again, and how long to wait in between.
public struct RetryPolicy: Sendable, Hashable {
  /// How waits grow.
  public enum Growth: String, Sendable, CaseIterable {
    /// Every wait is as long as the first.
    case constant
    /// Every wait is twice as long as the one before, up to a limit.
    case exponential
  }

  /// How waits grow.
  public var growth: Growth
  /// The wait after the first failure.
  public var delay: Duration
  /// The longest wait.
  public var longestDelay: Duration
  /// How often it is tried in all, 1 or more.
  public var maxAttempts: Int

  /// Creates a policy.
  /// - Parameters:
  ///   - growth: how waits grow.
  ///   - delay: the wait after the first failure.
  ///   - longestDelay: the longest wait.
  ///   - maxAttempts: how often it is tried in all, 1 or more.
  public init(
    _ growth: Growth = .exponential, delay: Duration = .milliseconds(100), longestDelay: Duration = .seconds(10),
    maxAttempts: Int = 5
  ) {
    self.growth = growth
    self.delay = delay
    self.longestDelay = longestDelay
    self.maxAttempts = maxAttempts
  }

  /// The policies that every function may name: `default`, `patient` (20 attempts over about an hour and a half), `once` (never again).
  public static let builtIn: [String: RetryPolicy] = [
    "default": RetryPolicy(),
    "patient": RetryPolicy(delay: .seconds(1), longestDelay: .seconds(600), maxAttempts: 20),
    "once": RetryPolicy(maxAttempts: 1),
  ]

  /// The wait after a number of failures: between half of it and all of it, so that many who failed together do not come back together.
  /// - Parameter failures: how often it failed, 1 or more.
  public func wait(afterFailures failures: Int) -> Duration {
    let doublings = growth == .constant ? 0 : min(max(failures - 1, 0), 30)
    let half = min(delay * (1 << doublings), longestDelay) / 2
    let (seconds, attoseconds) = half.components
    let nanoseconds = min(Double(seconds), 1e8) * 1e9 + Double(attoseconds) / 1e9
    return half + .nanoseconds(Int64.random(in: 0...Int64(max(nanoseconds, 0))))
  }
}
