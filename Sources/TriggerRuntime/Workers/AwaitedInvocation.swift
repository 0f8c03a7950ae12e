import FunctionKit
import Synchronization

/// An invocation that somebody waits for in a task: of a loop trigger, or a direct one.
final class AwaitedInvocation: PoolJob {
  typealias Results = [Result<Response, any Error>]

  private struct State {
    var results: Results?
    var refusal: InvocationError?
    var hasEnded = false
    var continuation: UnsafeContinuation<Results, Never>?
  }

  let timeout: Duration
  private let workers: TriggerWorkers
  private let events: [Event]
  private let caller: Caller
  private let attempt: Int
  private let adjust: (@Sendable (inout Context) -> Void)?
  /// Whether a late answer is waited for, so that the work is surely over when somebody tries again.
  private let waitsForEnd: Bool
  private let state = Mutex(State())

  private init(
    _ events: [Event], workers: TriggerWorkers, caller: Caller, attempt: Int, timeout: Duration, waitsForEnd: Bool,
    adjust: (@Sendable (inout Context) -> Void)?
  ) {
    self.adjust = adjust
    self.events = events
    self.workers = workers
    self.caller = caller
    self.attempt = attempt
    self.timeout = timeout
    self.waitsForEnd = waitsForEnd
  }

  /// Hands events to a function and waits for its answers.
  /// - Parameters:
  ///   - events: one event, or a batch.
  ///   - workers: who does it.
  ///   - caller: on whose behalf.
  ///   - attempt: 1 on the first attempt.
  ///   - waitsForEnd: whether to wait, past the deadline, until the function has really ended; else the caller's cancellation
  ///     cancels the invocation.
  ///   - adjust: changes the invocation's context, for example its logger.
  /// - Returns: one result per event, in their order.
  static func perform(
    _ events: [Event], on workers: TriggerWorkers, caller: Caller, attempt: Int, waitsForEnd: Bool,
    adjust: (@Sendable (inout Context) -> Void)? = nil
  ) async -> Results {
    let job = AwaitedInvocation(
      events, workers: workers, caller: caller, attempt: attempt,
      timeout: workers.function.specification.eventTimeout, waitsForEnd: waitsForEnd, adjust: adjust)
    guard !waitsForEnd else { return await job.results() }
    return await withTaskCancellationHandler {
      await job.results()
    } onCancel: {
      workers.pool.cancel(job)
    }
  }

  private func results() async -> Results {
    await withUnsafeContinuation { continuation in
      state.withLock { $0.continuation = continuation }
      workers.pool.submit(self)
    }
  }

  func run(workerID: Int, deadline: ContinuousClock.Instant) async -> InvocationOutcome {
    var context = workers.context(deadline: deadline, caller: caller, attempt: attempt, workerID: workerID)
    adjust?(&context)
    let results: Results =
      if events.count == 1, let event = events.first {
        [await workers.handle(event, context)]
      } else {
        await workers.handle(batch: events, context)
      }
    let refusal = state.withLock { state in
      state.results = results
      return state.refusal
    }
    if refusal == .deadlineExceeded { return .deadlineExceeded }
    // A batch counts as its first failure.
    for case .failure(let error) in results { return InvocationOutcome(error) }
    return .success
  }

  func refuse(_ reason: InvocationError) {
    state.withLock { state in
      if state.results == nil { state.refusal = state.refusal ?? reason }
    }
    // At shutdown nobody tries again, and a function that does not heed its cancellation must not hold up the end.
    if !waitsForEnd || reason == .shuttingDown { resume() }
  }

  func ended() {
    state.withLock { $0.hasEnded = true }
    resume()
  }

  private func resume() {
    let (continuation, results) = state.withLock { state -> (UnsafeContinuation<Results, Never>?, Results) in
      defer { state.continuation = nil }
      // A result that came after the deadline does not count: nobody may rely on it having been in time.
      let results: Results =
        if let refusal = state.refusal {
          events.map { _ in .failure(refusal) }
        } else {
          state.results ?? events.map { _ in .failure(CancellationError()) }
        }
      return (state.continuation, results)
    }
    continuation?.resume(returning: results)
  }
}
