import CoreMetrics
import NIOCore
import Synchronization

/// A bounded number of workers and a bounded queue before them.
///
/// A worker is a task that takes jobs while there are any. One alarm per pool, set to the earliest deadline, cancels what is late:
/// a job costs neither a timer nor a lock beyond three short ones.
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

  private struct Slot {
    var job: (any PoolJob)?
    var deadline: ContinuousClock.Instant
    var task: Task<Void, Never>?
    /// Which task runs the job; the task itself is stored a moment later.
    var taskID: UInt64
    var isCancelled = false
  }

  private struct Waiter {
    var job: any PoolJob
    var since: ContinuousClock.Instant
    var deadline: ContinuousClock.Instant
    /// When it gives up: after the wait limit, or at its deadline.
    var expiry: ContinuousClock.Instant
  }

  private struct Assignment {
    var slot: Int
    var job: any PoolJob
    var deadline: ContinuousClock.Instant
    var taskID: UInt64
    var needsNewTask = false
  }

  private struct State {
    var slots: [Slot]
    var free: [Int]
    var lastTaskID: UInt64 = 0
    var queue = CircularBuffer<Waiter>()
    var isDraining = false
    var alarmAt: ContinuousClock.Instant?
    var alarm: Scheduled<Void>?
    var idleWaiters: [CheckedContinuation<Void, Never>] = []
    var isIdle: Bool { free.count == slots.count && queue.isEmpty }
  }

  let limits: Limits
  private let state: Mutex<State>
  private let eventLoop: any EventLoop
  private let metrics: WorkerPoolMetrics

  /// Creates a pool.
  /// - Parameters:
  ///   - limits: how many may run and wait, and for how long.
  ///   - eventLoop: where the alarm rings; it must outlive the pool.
  ///   - metrics: what to count with.
  init(limits: Limits, eventLoop: any EventLoop, metrics: WorkerPoolMetrics) {
    precondition(limits.numWorkers >= 1, "a pool has at least one worker")
    self.limits = limits
    self.eventLoop = eventLoop
    self.metrics = metrics
    let slots = Array(repeating: Slot(job: nil, deadline: .now, task: nil, taskID: 0), count: limits.numWorkers)
    state = Mutex(State(slots: slots, free: Array((0..<limits.numWorkers).reversed())))
  }

  /// Hands over a job; returns at once.
  func submit(_ job: any PoolJob) {
    enum Decision { case start(Int, taskID: UInt64), wait, refuse(InvocationError) }
    let now = ContinuousClock.now
    let deadline = now + job.timeout
    let decision: Decision = state.withLock { state in
      guard !state.isDraining else { return .refuse(.shuttingDown) }
      if let slot = state.free.popLast() {
        state.lastTaskID &+= 1
        state.slots[slot] = Slot(job: job, deadline: deadline, task: nil, taskID: state.lastTaskID)
        setAlarm(&state, deadline)
        return .start(slot, taskID: state.lastTaskID)
      }
      guard limits.waitLimit > .zero else { return .refuse(.noWorkerFree) }
      guard state.queue.count < limits.queueLimit else { return .refuse(.queueFull) }
      let expiry = min(now + limits.waitLimit, deadline)
      state.queue.append(Waiter(job: job, since: now, deadline: deadline, expiry: expiry))
      setAlarm(&state, expiry)
      return .wait
    }
    switch decision {
    case .start(let slot, let id): start(Assignment(slot: slot, job: job, deadline: deadline, taskID: id))
    case .wait: metrics.waiting.increment()
    case .refuse(let reason):
      metrics.count(reason)
      job.refuse(reason)
      job.ended()
    }
  }

  /// Cancels a job that waits or runs; one that is over is left alone.
  func cancel(_ job: any PoolJob) {
    let (task, wasWaiting): (Task<Void, Never>?, Bool) = state.withLock { state in
      if let index = state.slots.firstIndex(where: { $0.job === job }) {
        state.slots[index].isCancelled = true
        return (state.slots[index].task, false)
      }
      if let index = state.queue.firstIndex(where: { $0.job === job }) {
        state.queue.remove(at: index)
        return (nil, true)
      }
      return (nil, false)
    }
    task?.cancel()
    if wasWaiting {
      metrics.waiting.decrement()
      job.refuse(.noWorkerFree)
      job.ended()
      wakeIdleWaiters()
    }
  }

  /// What the pool is doing.
  func snapshot() -> Snapshot {
    let now = ContinuousClock.now
    return state.withLock { state in
      Snapshot(
        inFlight: state.slots.count - state.free.count, waiting: state.queue.count,
        overdue: state.slots.count { $0.job != nil && $0.deadline + .seconds(1) < now }, isDraining: state.isDraining)
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
        if let task = state.slots[index].task { tasks.append(task) }
        if let job = state.slots[index].job { jobs.append(job) }
      }
      let waiters = state.queue
      state.queue.removeAll()
      return (jobs, tasks, waiters)
    }
    for job in jobs { job.refuse(.shuttingDown) }
    for task in tasks { task.cancel() }
    for waiter in waiters {
      metrics.waiting.decrement()
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

  private func wakeIdleWaiters() {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.isIdle else { return [] }
      defer { state.idleWaiters = [] }
      return state.idleWaiters
    }
    for waiter in waiters { waiter.resume() }
  }

  // MARK: Working

  private func start(_ assignment: Assignment) {
    // Detached: a worker serves many callers and must not inherit one's task-local values.
    let task = Task.detached { await self.work(assignment) }
    let isCancelled = state.withLock { state in
      // The task may be over by now, and another in its place.
      guard state.slots[assignment.slot].taskID == assignment.taskID else { return false }
      state.slots[assignment.slot].task = task
      return state.slots[assignment.slot].isCancelled
    }
    if isCancelled { task.cancel() }
  }

  private func work(_ first: Assignment) async {
    var current = first
    while true {
      let began = ContinuousClock.now
      metrics.inFlight.increment()
      let outcome = await run(current, isLate: began >= current.deadline)
      metrics.inFlight.decrement()
      metrics.record(outcome, nanoseconds: (ContinuousClock.now - began).wholeNanoseconds)
      let next = finish(current.slot)
      current.job.ended()
      guard let next else {
        wakeIdleWaiters()
        return
      }
      guard !next.needsNewTask else {
        start(next)
        return
      }
      current = next
    }
  }

  private func run(_ assignment: Assignment, isLate: Bool) async -> InvocationOutcome {
    guard !isLate else {
      // Nobody waits for it any more; the alarm may not have said so yet.
      assignment.job.refuse(.deadlineExceeded)
      return .deadlineExceeded
    }
    return await assignment.job.run(workerID: assignment.slot, deadline: assignment.deadline)
  }

  /// Frees a worker, or gives it the next job.
  private func finish(_ slot: Int) -> Assignment? {
    let (assignment, since): (Assignment?, ContinuousClock.Instant?) = state.withLock { state in
      let wasCancelled = state.slots[slot].isCancelled
      guard let waiter = state.queue.popFirst() else {
        state.slots[slot].job = nil
        state.slots[slot].task = nil
        state.slots[slot].taskID = 0
        state.free.append(slot)
        return (nil, nil)
      }
      // A cancelled task stays cancelled, so that the next job needs its own.
      if wasCancelled { state.lastTaskID &+= 1 }
      let taskID = wasCancelled ? state.lastTaskID : state.slots[slot].taskID
      state.slots[slot] = Slot(
        job: waiter.job, deadline: waiter.deadline, task: wasCancelled ? nil : state.slots[slot].task, taskID: taskID)
      setAlarm(&state, waiter.deadline)
      let assignment = Assignment(
        slot: slot, job: waiter.job, deadline: waiter.deadline, taskID: taskID, needsNewTask: wasCancelled)
      return (assignment, waiter.since)
    }
    if let since {
      metrics.waiting.decrement()
      metrics.wait.recordNanoseconds((ContinuousClock.now - since).wholeNanoseconds)
    }
    return assignment
  }

  // MARK: Deadlines

  /// Makes sure that the alarm rings no later than a moment.
  private func setAlarm(_ state: inout State, _ moment: ContinuousClock.Instant) {
    if let alarmAt = state.alarmAt, alarmAt <= moment { return }
    state.alarm?.cancel()
    state.alarmAt = moment
    state.alarm = eventLoop.scheduleTask(in: .init(max(.zero, moment - .now))) { self.ring() }
  }

  /// Cancels what is late and sets the alarm anew.
  private func ring() {
    let now = ContinuousClock.now
    var late: [(job: any PoolJob, task: Task<Void, Never>?)] = []
    var tired: [(job: any PoolJob, reason: InvocationError)] = []
    state.withLock { state in
      state.alarmAt = nil
      state.alarm = nil
      var next: ContinuousClock.Instant?
      for index in state.slots.indices where state.slots[index].job != nil && !state.slots[index].isCancelled {
        if state.slots[index].deadline <= now, let job = state.slots[index].job {
          state.slots[index].isCancelled = true
          late.append((job, state.slots[index].task))
        } else {
          next = min(next ?? state.slots[index].deadline, state.slots[index].deadline)
        }
      }
      state.queue.removeAll { waiter in
        if waiter.expiry <= now {
          tired.append((waiter.job, waiter.deadline <= now ? .deadlineExceeded : .noWorkerFree))
          return true
        }
        next = min(next ?? waiter.expiry, waiter.expiry)
        return false
      }
      if let next { setAlarm(&state, next) }
    }
    for (job, task) in late {
      job.refuse(.deadlineExceeded)
      task?.cancel()
    }
    for (job, reason) in tired {
      metrics.waiting.decrement()
      metrics.count(reason)
      job.refuse(reason)
      job.ended()
    }
    if !tired.isEmpty { wakeIdleWaiters() }
  }
}
