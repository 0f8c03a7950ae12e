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
    let pool: WorkerPool
    /// Kept by the worker's slot until the worker rests.
    unowned(unsafe) let job: any PoolJob
    let deadline: Moment
    /// When it begins; nil where it first waits for a worker or a thread, so that the clock must be read then.
    var began: Moment?
  }

  /// The executor of tasks without one of their own, which is all zeros by the standard library's binary interface.
  private static let anyExecutor = unsafeBitCast((UInt(0), UInt(0)), to: UnownedSerialExecutor.self)

  /// Which of the pool's workers it is.
  let slot: Int
  /// What it has to do; without anything its task ends.
  var assignment: Assignment?
  /// Its task, while that rests.
  var resting: UnownedJob?
  /// Its task, for cancellation.
  var task: Task<Void, Never>?

  init(slot: Int, _ assignment: Assignment) {
    self.slot = slot
    self.assignment = assignment
  }

  /// Does what is assigned until nothing is.
  func work() async {
    let place = RestingPlace(asUnownedSerialExecutor())
    while await workOff() { await place.rest() }
  }

  /// Does what is assigned, and what waits behind it.
  /// - Returns: false where nothing was assigned.
  nonisolated(nonsending) private func workOff() async -> Bool {
    while let assignment {
      await assignment.pool.work(assignment, on: self)
      guard assignment.pool.takeNext(self) else { return true }
    }
    return false
  }

  /// The task has come to rest.
  func enqueue(_ task: UnownedJob) {
    guard let done = assignment.take() else { return Self.schedule(task) }
    done.pool.rest(self, task)
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
