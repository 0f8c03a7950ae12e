import FunctionKit

/// A long-lived task that does a pool's jobs one after the other.
///
/// Between two jobs the task rests on this object, which is an executor that runs nothing: it keeps the resting task for whoever has work.
/// He runs it at once on his own thread (`InlineRun`), or schedules it on the threads of Swift's own pool. A job costs neither
/// a task nor an allocation this way, and where it is run at once, no change of thread either; from its first suspension on it is scheduled
/// like any task's.
///
/// `@unchecked`: a worker belongs to whoever took it from among its pool's free ones, then to its own task; `resting` and `task` are under
/// the pool's lock.
final class PoolWorker: SerialExecutor, @unchecked Sendable {
  /// What a worker has to do.
  struct Assignment {
    /// Kept by its worker, or by the job itself.
    let pool: Unmanaged<WorkerPool>
    /// Kept by the worker's slot until the worker rests.
    unowned(unsafe) let job: any PoolJob
    /// The job where it is an invocation with one event.
    let single: Unmanaged<AwaitedInvocation>?
    let deadline: Moment
    /// When it begins; nil where it first waits for a worker or a thread, so that the clock must be read then.
    var began: Moment?

    init(_ pool: WorkerPool, _ job: any PoolJob, _ single: Unmanaged<AwaitedInvocation>?, _ deadline: Moment) {
      self.pool = .passUnretained(pool)
      self.job = job
      self.single = single
      self.deadline = deadline
    }
  }

  /// The executor of tasks without one of their own, which is all zeros by the standard library's binary interface.
  private static var anyExecutor: UnownedSerialExecutor {
    unsafeBitCast((UInt(0), UInt(0)), to: UnownedSerialExecutor.self)
  }

  /// Which of the pool's workers it is.
  let slot: Int
  /// What it has to do; without anything its task ends.
  @exclusivity(unchecked) private(set) var assignment: Assignment?
  /// The pool of its job; nil where the job itself keeps it.
  @exclusivity(unchecked) private var pool: WorkerPool?
  /// How long its last job took.
  @exclusivity(unchecked) private(set) var lastNanoseconds: Int64 = 0
  /// Its task, while that rests.
  @exclusivity(unchecked) var resting: UnownedJob?
  /// Its task, for cancellation.
  var task: Task<Void, Never>?

  init(slot: Int, _ assignment: Assignment) {
    self.slot = slot
    assign(assignment)
  }

  /// Gives it something to do.
  func assign(_ assignment: Assignment) {
    self.assignment = assignment
    let keepsPool = assignment.single == nil
    if keepsPool || pool != nil { pool = keepsPool ? assignment.pool.takeUnretainedValue() : nil }
  }

  /// Does what is assigned, and what waits behind it, until nothing is assigned.
  ///
  /// All of it is one function, because each one in between would cost an event a frame and two changes of executor.
  func work() async {
    let place = RestingPlace(asUnownedSerialExecutor())
    while let assignment {
      let pool = assignment.pool
      let began = assignment.began ?? .now
      pool._withUnsafeGuaranteedRef { $0.metrics.inFlight.add(1) }
      let outcome: InvocationOutcome
      if began >= assignment.deadline {
        // Nobody waits for it any more; the alarm may not have said so yet.
        assignment.job.refuse(.deadlineExceeded)
        outcome = .deadlineExceeded
      } else if let single = assignment.single, let loaded = single._withUnsafeGuaranteedRef({ $0.direct }),
        let event = single._withUnsafeGuaranteedRef({ $0.takeEvent() })
      {
        let answer = single._withUnsafeGuaranteedRef { $0.answer }
        let context = single._withUnsafeGuaranteedRef { $0.context(deadline: assignment.deadline, workerID: slot) }
        do throws(any Error) {
          answer.initialize(
            to: .success(
              try await CurrentInvocation.$eventID.withValue(event.id) {
                try await loaded.function.handle(event, context)
              }))
          outcome = single._withUnsafeGuaranteedRef { $0.succeeded() }
        } catch {
          outcome = single._withUnsafeGuaranteedRef { $0.failed(error, at: event.id) }
        }
      } else {
        outcome = await assignment.job.run(workerID: slot, deadline: assignment.deadline)
      }
      lastNanoseconds = pool._withUnsafeGuaranteedRef { $0.count(outcome, since: began) }
      if !pool._withUnsafeGuaranteedRef({ $0.takeNext(self) }) { await place.rest() }
    }
  }

  /// The task has come to rest.
  func enqueue(_ task: UnownedJob) {
    guard assignment != nil else { return Self.schedule(task) }
    guard !InlineRun.keep(task, of: self) else { return }
    guard let pool = assignment?.pool.takeUnretainedValue() else { return }
    rest(task, pool)?.ended()
  }

  /// Goes to the free ones of its pool, or gets the next job after all.
  /// - Parameters:
  ///   - task: its task.
  ///   - pool: its pool, which the caller keeps.
  /// - Returns: the job that it has done, which is to be told so; nil where it has been told.
  func rest(_ task: UnownedJob, _ pool: WorkerPool) -> (any PoolJob)? {
    assignment = nil
    // Before the worker is at work again.
    if self.pool != nil { self.pool = nil }
    return pool.rest(self, task)
  }

  /// Whoever runs the resting task runs it as a task without an executor: nothing but the executor's identity is ever asked for.
  func checkIsolated() {}

  /// Runs a task that rested, on the pool of threads.
  static func schedule(_ task: UnownedJob) { globalConcurrentExecutor.enqueue(ExecutorJob(task)) }

  /// Runs a task that rested, on this thread, up to its next suspension.
  static func run(_ task: UnownedJob) { task.runSynchronously(on: anyExecutor) }
}

/// Where a worker's task rests.
private actor RestingPlace {
  nonisolated let unownedExecutor: UnownedSerialExecutor

  init(_ executor: UnownedSerialExecutor) { unownedExecutor = executor }

  /// Returns when somebody has run the task.
  @inline(never)
  func rest() {}
}
