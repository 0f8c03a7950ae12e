import FunctionKit
import Synchronization

/// One event that a worker handles for a caller who waits for the end of it, as a child of the caller's task.
///
/// What a queue, a task and a continuation would cost is saved while a worker is free: nothing is allocated but what the function
/// itself needs. A caller who must not wait past the deadline for a function that does not heed its cancellation uses
/// `AwaitedInvocation`.
enum InPlaceInvocation {
  /// Handles an event.
  /// - Parameters:
  ///   - event: the event.
  ///   - workers: who does it.
  ///   - caller: on whose behalf.
  ///   - attempt: 1 on the first attempt.
  /// - Returns: nil where no worker is free: then the event has to wait.
  static func perform(
    _ event: Event, on workers: TriggerWorkers, caller: Caller, attempt: Int
  ) async -> Result<Response, any Error>? {
    let pool = workers.pool
    guard let place = pool.enter(timeout: workers.function.specification.eventTimeout) else { return nil }
    let context = workers.context(
      deadline: place.deadline, caller: caller, attempt: attempt, workerID: place.slot)
    // A child, because the pool cancels it at the deadline and must not cancel the caller.
    async let child = run(event, context, workers, place.occupant)
    var result = await child
    let outcome: InvocationOutcome
    if let refusal = place.occupant.refusal {
      // An answer that came after the deadline does not count: nobody may rely on it having been in time.
      result = .failure(refusal)
      outcome = refusal == .deadlineExceeded ? .deadlineExceeded : .cancelled
    } else {
      outcome = result.failure.map { InvocationOutcome($0) } ?? .success
    }
    pool.leave(place, outcome)
    return result
  }

  private static func run(
    _ event: Event, _ context: Context, _ workers: TriggerWorkers, _ occupant: PoolOccupant
  ) async -> Result<Response, any Error> {
    withUnsafeCurrentTask { occupant.begin($0) }
    let result = await workers.handle(event, context)
    occupant.end()
    return result
  }
}

/// Stands in a worker's place while an invocation runs in its caller's task; each worker has one, used again and again.
final class PoolOccupant: PoolJob {
  private struct State {
    var task: UnsafeCurrentTask?
    var refusal: InvocationError?
  }

  /// `@unchecked`: the task is touched under the lock only, and only while it is alive.
  private struct Box: @unchecked Sendable {
    var state = State()
  }

  private let box = Mutex(Box())

  let timeout = Duration.zero

  /// Why the invocation ends without its function's answer; nil where it does not.
  var refusal: InvocationError? { box.withLock { $0.state.refusal } }

  /// The place is taken anew.
  func reset() { box.withLock { $0.state = State() } }

  /// The invocation's task is there and can be cancelled.
  func begin(_ task: UnsafeCurrentTask?) {
    let handle = Handle(task: task)
    box.withLock { box in
      box.state.task = handle.task
      if box.state.refusal != nil { handle.task?.cancel() }
    }
  }

  /// The invocation's task is about to end.
  func end() { box.withLock { $0.state.task = nil } }

  func refuse(_ reason: InvocationError) {
    box.withLock { box in
      if box.state.refusal == nil { box.state.refusal = reason }
      box.state.task?.cancel()
    }
  }

  func run(workerID: Int, deadline: ContinuousClock.Instant) async -> InvocationOutcome { .error }

  func ended() {}

  private struct Handle: @unchecked Sendable {
    let task: UnsafeCurrentTask?
  }
}
