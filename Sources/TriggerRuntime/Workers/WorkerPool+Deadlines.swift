import CoreMetrics
import FunctionKit
import NIOCore
import Synchronization

extension WorkerPool {
  /// Makes sure that the alarm rings no later than a moment.
  func setAlarm(_ state: inout State, _ moment: Moment) {
    if let alarmAt = state.alarmAt, alarmAt <= moment { return }
    state.alarm?.cancel()
    state.alarmAt = moment
    state.alarm = eventLoop.scheduleTask(in: .nanoseconds(max(0, moment.nanoseconds(since: .now)))) { self.ring() }
  }

  /// Cancels what is late and sets the alarm anew.
  private func ring() {
    let now = Moment.now
    var late: [(job: any PoolJob, task: Task<Void, Never>?)] = []
    var tired: [(job: any PoolJob, reason: InvocationError)] = []
    state.withLock { state in
      state.alarmAt = nil
      state.alarm = nil
      var next: Moment?
      for index in state.slots.indices where state.slots[index].job != nil && !state.slots[index].isCancelled {
        if state.slots[index].deadline <= now, let job = state.slots[index].job {
          state.slots[index].isCancelled = true
          late.append((job, state.slots[index].worker?.task))
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
      waitingCount.store(state.queue.count, ordering: .relaxed)
      if let next { setAlarm(&state, next) }
    }
    for (job, task) in late {
      job.refuse(.deadlineExceeded)
      task?.cancel()
    }
    for (job, reason) in tired {
      metrics.waiting.add(-1)
      metrics.count(reason)
      job.refuse(reason)
      job.ended()
    }
    if !tired.isEmpty { wakeIdleWaiters() }
  }
}
