/// How long to wait before trying again: doubled with every failure up to a limit, then scattered, so that many who failed together
/// do not come back together.
struct RetryBackoff: Sendable {
  /// The wait after the first failure.
  var first: Duration
  /// The longest wait.
  var longest: Duration

  /// The wait after a number of failures: between half of the doubled wait and all of it.
  func delay(afterFailures failures: Int) -> Duration {
    let doublings = min(max(failures - 1, 0), 30)
    let full = min(first * (1 << doublings), longest)
    let half = full / 2
    return half + .nanoseconds(Int64.random(in: 0...max(half.wholeNanoseconds, 0)))
  }
}
