import CoreMetrics
import FunctionKit
import NIOCore
import Synchronization

/// A bounded number of workers and a bounded queue before them.
///
/// A worker is a long-lived task (`PoolWorker`). One alarm per pool, set to the earliest deadline, cancels what is late: a job costs neither
/// a timer nor a task, and two short locks.
final class WorkerPool: Sendable {
  /// How many may run and wait, and for how long.
  struct Limits: Sendable {
    /// How many jobs run at once, 1 or more.
    var numWorkers: Int
    /// How long a job waits for a worker; zero never waits.
    var waitLimit: Duration
    /// How many jobs wait at most.
    var queueLimit: Int
  }

  /// What a pool is doing, for readiness and tests.
  struct Snapshot: Sendable {
    var inFlight: Int
    var waiting: Int
    /// Workers whose invocation goes on after its deadline and its cancellation.
    var overdue: Int
    var isDraining: Bool
  }

  struct Slot {
    var job: (any PoolJob)?
    var deadline: Moment
    var isCancelled = false
    /// Who does its jobs; nil before the first and after a cancellation, since a cancelled task stays cancelled.
    var worker: PoolWorker?
    /// The one below it among those that are free.
    var nextFree: Int?

    /// Its job is done, and no other waits.
    /// - Returns: the job; nil where it was cancelled, so that the worker's task must end.
    mutating func leave(nextFree: Int?) -> (any PoolJob)? {
      guard !isCancelled else { return nil }
      self.nextFree = nextFree
      return job.take()
    }

    /// Takes a job.
    /// - Returns: the worker and its task, where that rests.
    mutating func take(_ job: any PoolJob, _ deadline: Moment) -> (Unmanaged<PoolWorker>, UnownedJob)? {
      self.job = job
      self.deadline = deadline
      guard let worker, let task = worker.resting else { return nil }
      worker.resting = nil
      return (.passUnretained(worker), task)
    }
  }

  struct Waiter {
    var job: any PoolJob
    /// The same, where it is an invocation with one event.
    var single: Unmanaged<AwaitedInvocation>?
    var since: Moment
    var deadline: Moment
    /// When it gives up: after the wait limit, or at its deadline.
    var expiry: Moment
  }

  struct State {
    var slots: [Slot]
    /// The slot that became free last.
    var firstFree: Int?
    var freeCount: Int
    var queue = CircularBuffer<Waiter>()
    var isDraining = false
    var alarmAt: Moment?
    var alarm: Scheduled<Void>?
    var idleWaiters: [CheckedContinuation<Void, Never>] = []
    var inlinePolicy = InlinePolicy()
    var isIdle: Bool { freeCount == slots.count && queue.isEmpty }

    init(_ count: Int) {
      slots = (0..<count).map { Slot(deadline: .now, nextFree: $0 + 1 < count ? $0 + 1 : nil) }
      firstFree = 0
      freeCount = count
    }

    /// Takes the slot that became free last.
    mutating func takeFree() -> Int? {
      guard let slot = firstFree else { return nil }
      firstFree = slots[slot].nextFree
      freeCount -= 1
      return slot
    }

    /// A slot has become free.
    mutating func addFree(_ slot: Int) {
      slots[slot].nextFree = firstFree
      firstFree = slot
      freeCount += 1
    }

    /// A worker's task has come to rest, and there is nothing to do but keep it.
    /// - Returns: the job that it has done; nil where there is more to do.
    mutating func keep(_ task: UnownedJob, of worker: PoolWorker) -> (any PoolJob)? {
      guard queue.isEmpty, idleWaiters.isEmpty, let job = slots[worker.slot].leave(nextFree: firstFree) else {
        return nil
      }
      worker.resting = task
      firstFree = worker.slot
      freeCount += 1
      return job
    }
  }

  let limits: Limits
  let state: Mutex<State>
  /// How many jobs wait for a worker, to be looked at without the lock.
  let waitingCount = Atomic(0)
  let eventLoop: any EventLoop
  let metrics: WorkerPoolMetrics
  /// The first of the invocation journal's records that belong to these workers.
  let journalBase: Int?

  /// Creates a pool.
  /// - Parameters:
  ///   - limits: how many may run and wait, and for how long.
  ///   - eventLoop: where the alarm rings; it must outlive the pool.
  ///   - metrics: what to count with.
  ///   - journalBase: the first of the invocation journal's records that belong to these workers.
  init(limits: Limits, eventLoop: any EventLoop, metrics: WorkerPoolMetrics, journalBase: Int? = nil) {
    precondition(limits.numWorkers >= 1, "a pool has at least one worker")
    self.limits = limits
    self.eventLoop = eventLoop
    self.metrics = metrics
    self.journalBase = journalBase
    state = Mutex(State(limits.numWorkers))
  }

  deinit {
    // A worker at work keeps its pool; those that rest end now, since nothing is assigned to them.
    let tasks = state.withLock { state in state.slots.compactMap { $0.worker?.resting } }
    for task in tasks { PoolWorker.schedule(task) }
  }

  /// Cancels a job that waits or runs; one that is over is left alone.
  func cancel(_ job: any PoolJob) {
    let (task, wasWaiting): (Task<Void, Never>?, Bool) = state.withLock { state in
      if let index = state.slots.firstIndex(where: { $0.job === job }) {
        state.slots[index].isCancelled = true
        return (state.slots[index].worker?.task, false)
      }
      if let index = state.queue.firstIndex(where: { $0.job === job }) {
        state.queue.remove(at: index)
        waitingCount.store(state.queue.count, ordering: .relaxed)
        return (nil, true)
      }
      return (nil, false)
    }
    task?.cancel()
    if wasWaiting {
      metrics.waiting.add(-1)
      job.refuse(.noWorkerFree)
      job.ended()
      wakeIdleWaiters()
    }
  }

  /// What the pool is doing.
  func snapshot() -> Snapshot {
    let longAgo = Moment.now.advanced(byNanoseconds: -1_000_000_000)
    return state.withLock { state in
      Snapshot(
        inFlight: state.slots.count - state.freeCount, waiting: state.queue.count,
        overdue: state.slots.count { $0.job != nil && $0.deadline < longAgo }, isDraining: state.isDraining)
    }
  }

  /// Whether the queue, where there is one, is full.
  var isSaturated: Bool {
    guard limits.waitLimit > .zero, limits.queueLimit > 0 else { return false }
    return state.withLock { $0.queue.count >= limits.queueLimit }
  }

  // MARK: Draining

  /// Takes nothing new from now on.
  func stopAccepting() {
    state.withLock { $0.isDraining = true }
  }

  /// Takes nothing new, lets what was taken finish, and cancels what has not after a time.
  /// - Parameter timeout: how long to wait before cancelling.
  func drain(timeout: Duration) async {
    stopAccepting()
    let alarm = cancelAll(after: timeout)
    await idle()
    alarm.cancel()
  }

  /// Cancels whatever runs or waits, after a time.
  /// - Returns: calls it off.
  func cancelAll(after timeout: Duration) -> Scheduled<Void> {
    eventLoop.scheduleTask(in: .init(timeout)) { self.cancelAll() }
  }

  /// Waits until nothing runs or waits.
  private func idle() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isIdle = state.withLock { state in
        if state.isIdle { return true }
        state.idleWaiters.append(continuation)
        return false
      }
      if isIdle { continuation.resume() }
    }
  }

  private func cancelAll() {
    let (jobs, tasks, waiters) = state.withLock { state in
      var tasks: [Task<Void, Never>] = []
      var jobs: [any PoolJob] = []
      for index in state.slots.indices where state.slots[index].job != nil {
        state.slots[index].isCancelled = true
        if let task = state.slots[index].worker?.task { tasks.append(task) }
        if let job = state.slots[index].job { jobs.append(job) }
      }
      let waiters = state.queue
      state.queue.removeAll()
      waitingCount.store(0, ordering: .relaxed)
      return (jobs, tasks, waiters)
    }
    for job in jobs { job.refuse(.shuttingDown) }
    for task in tasks { task.cancel() }
    for waiter in waiters {
      metrics.waiting.add(-1)
      waiter.job.refuse(.shuttingDown)
      waiter.job.ended()
    }
    // A function that does not heed its cancellation must not hold up the end of the process.
    let abandoned = state.withLock { state in
      defer { state.idleWaiters = [] }
      return state.idleWaiters
    }
    for waiter in abandoned { waiter.resume() }
  }

  func wakeIdleWaiters() {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.isIdle else { return [] }
      defer { state.idleWaiters = [] }
      return state.idleWaiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
