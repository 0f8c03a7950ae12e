import FunctionKit

/// One piece of work for a worker pool.
///
/// A pool calls `run` at most once and `ended` exactly once; it may call `refuse` before, instead of or during `run`, so that
/// the job must pick its first answer.
protocol PoolJob: AnyObject, Sendable {
  /// How long the job may take from its submission on.
  var timeout: Duration { get }
  /// The same in nanoseconds, for those who know it: taking a duration apart divides 128 bits.
  var timeoutNanoseconds: Int64 { get }

  /// Does the work; cancelled when its deadline has come.
  nonisolated(nonsending) func run(workerID: Int, deadline: Moment) async -> InvocationOutcome

  /// Answers in the work's stead.
  func refuse(_ reason: InvocationError)

  /// The job is over and its worker free.
  func ended()
}

extension PoolJob {
  var timeoutNanoseconds: Int64 { timeout.wholeNanoseconds }
}
