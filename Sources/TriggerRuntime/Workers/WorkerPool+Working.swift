import CoreMetrics
import FunctionKit
import NIOCore
import Synchronization

extension WorkerPool {
  /// Who does a job that finds a free worker.
  enum Handover {
    /// Swift's pool of threads, soon.
    case scheduled
    /// The thread that hands the job over, at once and up to the job's first suspension, as long as jobs keep it no longer than so many
    /// nanoseconds; otherwise the pool of threads.
    case inline(Int64)
  }

  private enum Decision {
    case run(Unmanaged<PoolWorker>, UnownedJob, InlineRun.Place, limit: Int64, isWary: Bool)
    case schedule(UnownedJob)
    case hire(PoolWorker)
    case wait
    case refuse(InvocationError)
  }

  /// Hands over a job; returns at once, or after the job's first suspension.
  /// - Parameters:
  ///   - job: the job.
  ///   - handover: who does it.
  func submit(_ job: any PoolJob, _ handover: Handover = .scheduled) {
    if begin(job, handover, single: nil) { job.ended() }
  }

  /// Hands over a job; returns at once, or after the job's first suspension.
  /// - Parameters:
  ///   - job: the job.
  ///   - handover: who does it.
  ///   - single: the job where it is an invocation with one event, which keeps its pool.
  /// - Returns: whether the job is over without having been told so.
  func begin(_ job: any PoolJob, _ handover: Handover, single: Unmanaged<AwaitedInvocation>?) -> Bool {
    let now = Moment.now
    let deadline = now.advanced(byNanoseconds: job.timeoutNanoseconds)
    var assignment = PoolWorker.Assignment(self, job, single, deadline)
    let decision: Decision = state.withLock { state in
      guard !state.isDraining else { return .refuse(.shuttingDown) }
      guard let slot = state.takeFree() else {
        guard limits.waitLimit > .zero else { return .refuse(.noWorkerFree) }
        guard state.queue.count < limits.queueLimit else { return .refuse(.queueFull) }
        let expiry = min(now.advanced(by: limits.waitLimit), deadline)
        state.queue.append(Waiter(job: job, single: single, since: now, deadline: deadline, expiry: expiry))
        waitingCount.store(state.queue.count, ordering: .relaxed)
        setAlarm(&state, expiry)
        return .wait
      }
      setAlarm(&state, deadline)
      guard let (resting, task) = state.slots[slot].take(job, deadline) else {
        let worker = PoolWorker(slot: slot, assignment)
        state.slots[slot].worker = worker
        return .hire(worker)
      }
      guard case .inline(let limit) = handover, let place = InlineRun.place, state.inlinePolicy.admits() else {
        resting._withUnsafeGuaranteedRef { $0.assign(assignment) }
        return .schedule(task)
      }
      assignment.began = now
      resting._withUnsafeGuaranteedRef { $0.assign(assignment) }
      return .run(resting, task, place, limit: limit, isWary: state.inlinePolicy.isWary)
    }
    switch decision {
    case .run(let worker, let task, let place, let limit, let isWary):
      let rested = InlineRun.run(task, of: worker, in: place)
      // One that rests is still this thread's, like what it last wrote.
      let nanoseconds =
        rested == nil
        ? Moment.now.nanoseconds(since: now) : worker._withUnsafeGuaranteedRef { $0.lastNanoseconds }
      if nanoseconds > limit {
        state.withLock { $0.inlinePolicy.wasLong() }
      } else if isWary {
        state.withLock { $0.inlinePolicy.wasShort() }
      }
      guard let rested else { return false }
      let done = worker._withUnsafeGuaranteedRef { $0.rest(rested, self) }
      guard done === job else {
        done?.ended()
        return false
      }
      return true
    case .schedule(let task): PoolWorker.schedule(task)
    case .hire(let worker): hire(worker)
    case .wait: metrics.waiting.add(1)
    case .refuse(let reason):
      metrics.count(reason)
      job.refuse(reason)
      return true
    }
    return false
  }

  private func hire(_ worker: PoolWorker) {
    // Detached: a worker serves many callers and must not inherit one's task-local values.
    let record = journalBase.flatMap { Int32(exactly: $0 + worker.slot) } ?? -1
    let task = Task.detached {
      await InvocationJournal.$record.withValue(record) { await worker.work() }
    }
    let isCancelled = state.withLock { state in
      worker.task = task
      // The task may be over by now, and another in its place.
      return state.slots[worker.slot].worker === worker && state.slots[worker.slot].isCancelled
    }
    if isCancelled { task.cancel() }
  }

  /// A job has been done.
  /// - Returns: how long it took, in nanoseconds.
  func count(_ outcome: InvocationOutcome, since began: Moment) -> Int64 {
    let nanoseconds = Moment.now.nanoseconds(since: began)
    metrics.inFlight.add(-1)
    metrics.record(outcome, nanoseconds: nanoseconds)
    return nanoseconds
  }

  /// Gives a worker that is done the next job that waits.
  /// - Returns: false where none waits, or the worker may not go on; then it must rest.
  func takeNext(_ worker: PoolWorker) -> Bool {
    guard waitingCount.load(ordering: .relaxed) > 0 else { return false }
    let next: (done: (any PoolJob)?, since: Moment)? = state.withLock { state in
      guard !state.slots[worker.slot].isCancelled, let waiter = popWaiter(&state) else { return nil }
      let done = state.slots[worker.slot].job
      worker.assign(assign(waiter, to: worker.slot, &state))
      return (done, waiter.since)
    }
    guard let next else { return false }
    next.done?.ended()
    countWait(since: next.since)
    return true
  }

  /// A worker's task has come to rest: frees the worker, or gives it the next job after all.
  /// - Parameters:
  ///   - worker: the worker.
  ///   - task: its task, which whoever has work may run.
  /// - Returns: the job that it has done, which is to be told so; nil where it has been told.
  func rest(_ worker: PoolWorker, _ task: UnownedJob) -> (any PoolJob)? {
    if let done = state.withLock({ $0.keep(task, of: worker) }) { return done }
    endOrGoOn(worker, task)
    return nil
  }

  private func endOrGoOn(_ worker: PoolWorker, _ task: UnownedJob) {
    let slot = worker.slot
    var done: (any PoolJob)?
    var replacement: PoolWorker?
    var idleWaiters: [CheckedContinuation<Void, Never>] = []
    let (goesOn, since): (Bool, Moment?) = state.withLock { state in
      // A cancelled task stays cancelled: it ends, and the next job gets another.
      let isOver = state.slots[slot].isCancelled
      if isOver { state.slots[slot].worker = nil }
      done = state.slots[slot].job.take()
      guard let waiter = popWaiter(&state) else {
        state.slots[slot].isCancelled = false
        state.addFree(slot)
        if !isOver { worker.resting = task }
        if !state.idleWaiters.isEmpty, state.isIdle { swap(&idleWaiters, &state.idleWaiters) }
        return (isOver, nil)
      }
      let assignment = assign(waiter, to: slot, &state)
      if isOver {
        let other = PoolWorker(slot: slot, assignment)
        state.slots[slot].worker = other
        replacement = other
      } else {
        worker.assign(assignment)
      }
      return (true, waiter.since)
    }
    done?.ended()
    if let since { countWait(since: since) }
    if goesOn { PoolWorker.schedule(task) }
    if let replacement { hire(replacement) }
    for waiter in idleWaiters { waiter.resume() }
  }

  private func popWaiter(_ state: inout State) -> Waiter? {
    guard let waiter = state.queue.popFirst() else { return nil }
    waitingCount.store(state.queue.count, ordering: .relaxed)
    return waiter
  }

  private func assign(_ waiter: Waiter, to slot: Int, _ state: inout State) -> PoolWorker.Assignment {
    state.slots[slot].job = waiter.job
    state.slots[slot].deadline = waiter.deadline
    state.slots[slot].isCancelled = false
    setAlarm(&state, waiter.deadline)
    return PoolWorker.Assignment(self, waiter.job, waiter.single, waiter.deadline)
  }

  private func countWait(since: Moment) {
    metrics.waiting.add(-1)
    metrics.wait.record(nanoseconds: Moment.now.nanoseconds(since: since))
  }
}
