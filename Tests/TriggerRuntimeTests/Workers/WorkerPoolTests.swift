import FunctionKit
import NIOPosix
import Synchronization
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct WorkerPoolTests {
  /// A job that waits for its gate and notes what becomes of it.
  private final class GatedJob: PoolJob {
    enum Note: Equatable { case ran(Int), cancelled, refused(InvocationError), ended }
    let timeout: Duration
    let notes: Watched<[Note]>
    let gate: Watched<Bool>
    let heedsCancellation: Bool

    init(
      timeout: Duration = .seconds(100), gate: Watched<Bool>, notes: Watched<[Note]> = Watched([]),
      heedsCancellation: Bool = true
    ) {
      self.timeout = timeout
      self.gate = gate
      self.notes = notes
      self.heedsCancellation = heedsCancellation
    }

    func run(workerID: Int, deadline: Moment) async -> InvocationOutcome {
      notes.change { $0.append(.ran(workerID)) }
      if heedsCancellation {
        await gate.wait { $0 }
      } else {
        let gate = gate
        await Task.detached { await gate.wait { $0 } }.value
      }
      guard !Task.isCancelled else {
        notes.change { $0.append(.cancelled) }
        return .deadlineExceeded
      }
      return .success
    }

    func refuse(_ reason: InvocationError) { notes.change { $0.append(.refused(reason)) } }
    func ended() { notes.change { $0.append(.ended) } }
  }

  private func pool(
    workers: Int = 1, wait: Duration = .seconds(100), queue: Int = 10, metrics: PrometheusMetrics = PrometheusMetrics()
  ) -> WorkerPool {
    WorkerPool(
      limits: .init(numWorkers: workers, waitLimit: wait, queueLimit: queue),
      eventLoop: MultiThreadedEventLoopGroup.singleton.any(),
      metrics: WorkerPoolMetrics(function: "f", trigger: "t", factory: metrics))
  }

  @Test func runsAsManyAsItHasWorkers() async {
    let pool = pool(workers: 3)
    let gate = Watched(false)
    let jobs = (0..<8).map { _ in GatedJob(gate: gate) }
    for job in jobs { pool.submit(job) }
    for job in jobs.prefix(3) { await job.notes.wait { !$0.isEmpty } }
    #expect(pool.snapshot().inFlight == 3)
    #expect(pool.snapshot().waiting == 5)
    gate.change { $0 = true }
    for job in jobs { await job.notes.wait { $0.last == .ended } }
    for job in jobs {
      guard case .ran(let worker)? = job.notes.value.first else {
        Issue.record("did not run")
        continue
      }
      #expect((0..<3).contains(worker))
    }
    await pool.drain(timeout: .seconds(10))
    #expect(pool.snapshot().inFlight == 0)
  }

  @Test func neverWaitsWhereToldSo() async {
    let pool = pool(wait: .zero)
    let gate = Watched(false)
    let first = GatedJob(gate: gate)
    let second = GatedJob(gate: gate)
    pool.submit(first)
    pool.submit(second)
    #expect(second.notes.value == [.refused(.noWorkerFree), .ended])
    gate.change { $0 = true }
    await first.notes.wait { $0.last == .ended }
  }

  @Test func refusesWhereTheQueueIsFull() async {
    let pool = pool(queue: 1)
    let gate = Watched(false)
    let jobs = (0..<3).map { _ in GatedJob(gate: gate) }
    for job in jobs { pool.submit(job) }
    #expect(jobs[2].notes.value == [.refused(.queueFull), .ended])
    #expect(pool.isSaturated)
    gate.change { $0 = true }
    for job in jobs { await job.notes.wait { $0.last == .ended } }
    #expect(!pool.isSaturated)
  }

  @Test func givesUpWaitingAfterTheLimit() async {
    let metrics = PrometheusMetrics()
    let pool = pool(wait: .milliseconds(20), metrics: metrics)
    let gate = Watched(false)
    let first = GatedJob(gate: gate)
    let second = GatedJob(gate: gate)
    pool.submit(first)
    pool.submit(second)
    await second.notes.wait { $0 == [.refused(.noWorkerFree), .ended] }
    #expect(pool.snapshot().waiting == 0)
    #expect(first.notes.value == [.ran(0)])
    gate.change { $0 = true }
    await first.notes.wait { $0.last == .ended }
    let text = String(decoding: metrics.render(), as: UTF8.self)
    #expect(
      text.contains(
        "cabstand_worker_rejections_total{function=\"f\",reason=\"noWorkerFree\",trigger=\"t\"} 1"))
  }

  @Test func cancelsAtTheDeadlineAndGoesOn() async {
    let pool = pool()
    let gate = Watched(false)
    let late = GatedJob(timeout: .milliseconds(30), gate: gate)
    let next = GatedJob(gate: gate)
    pool.submit(late)
    pool.submit(next)
    await late.notes.wait { $0.last == .ended }
    #expect(late.notes.value.contains(.refused(.deadlineExceeded)))
    // The next job runs in a task that is not cancelled.
    await next.notes.wait { !$0.isEmpty }
    gate.change { $0 = true }
    await next.notes.wait { $0 == [.ran(0), .ended] }
  }

  /// The deadline of a job counts also where another was set for later before it.
  @Test func anEarlierDeadlineRingsEarlier() async {
    let pool = pool(workers: 2)
    let gate = Watched(false)
    let long = GatedJob(timeout: .seconds(1_000), gate: gate)
    let short = GatedJob(timeout: .milliseconds(20), gate: gate)
    pool.submit(long)
    pool.submit(short)
    await short.notes.wait { $0.contains(.refused(.deadlineExceeded)) }
    #expect(!long.notes.value.contains(.refused(.deadlineExceeded)))
    gate.change { $0 = true }
    await long.notes.wait { $0.last == .ended }
  }

  @Test func answersForFunctionsThatDoNotHeedTheirCancellation() async {
    let pool = pool()
    let gate = Watched(false)
    let deaf = GatedJob(timeout: .milliseconds(20), gate: gate, heedsCancellation: false)
    pool.submit(deaf)
    await deaf.notes.wait { $0.contains(.refused(.deadlineExceeded)) }
    // The worker is not free before the function has ended; on a busy machine it may have been too late to begin.
    if deaf.notes.value.contains(.ran(0)) { #expect(pool.snapshot().inFlight == 1) }
    gate.change { $0 = true }
    await deaf.notes.wait { $0.last == .ended }
    while pool.snapshot().inFlight > 0 { await Task.yield() }
  }

  @Test func cancelsOnRequest() async {
    let pool = pool()
    let gate = Watched(false)
    let running = GatedJob(gate: gate)
    let waiting = GatedJob(gate: gate)
    pool.submit(running)
    pool.submit(waiting)
    pool.cancel(waiting)
    #expect(waiting.notes.value.last == .ended)
    await running.notes.wait { !$0.isEmpty }
    pool.cancel(running)
    await running.notes.wait { $0 == [.ran(0), .cancelled, .ended] }
  }

  @Test func drainsWhatItHasAndRefusesTheRest() async {
    let pool = pool()
    let gate = Watched(false)
    let jobs = (0..<3).map { _ in GatedJob(gate: gate) }
    for job in jobs { pool.submit(job) }
    let drain = Task { await pool.drain(timeout: .seconds(100)) }
    while !pool.snapshot().isDraining { await Task.yield() }
    let late = GatedJob(gate: gate)
    pool.submit(late)
    #expect(late.notes.value == [.refused(.shuttingDown), .ended])
    gate.change { $0 = true }
    await drain.value
    for job in jobs { #expect(job.notes.value == [.ran(0), .ended]) }
  }

  @Test func drainCancelsWhatTakesTooLong() async {
    let pool = pool()
    let gate = Watched(false)
    let deaf = GatedJob(gate: gate, heedsCancellation: false)
    let waiting = GatedJob(gate: gate)
    pool.submit(deaf)
    pool.submit(waiting)
    await deaf.notes.wait { !$0.isEmpty }
    await pool.drain(timeout: .milliseconds(20))
    #expect(deaf.notes.value.contains(.refused(.shuttingDown)))
    #expect(waiting.notes.value == [.refused(.shuttingDown), .ended])
    gate.change { $0 = true }
    await deaf.notes.wait { $0.last == .ended }
  }

  /// Many jobs from many tasks: none is lost, none runs twice, workers never exceed their number.
  @Test func survivesAStorm() async {
    let pool = pool(workers: 4, queue: 1_000_000)
    final class Load: Sendable {
      let running = Atomic(0)
      let most = Atomic(0)
    }
    let load = Load()
    let count = Watched(0)
    final class Quick: PoolJob {
      let timeout: Duration
      let body: @Sendable () async -> Void
      let done: @Sendable () -> Void
      init(timeout: Duration, body: @escaping @Sendable () async -> Void, done: @escaping @Sendable () -> Void) {
        self.timeout = timeout
        self.body = body
        self.done = done
      }
      func run(workerID: Int, deadline: Moment) async -> InvocationOutcome {
        await body()
        return .success
      }
      func refuse(_ reason: InvocationError) {}
      func ended() { done() }
    }
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for index in 0..<1_000 {
            // Some deadlines come while their jobs run.
            let timeout: Duration = (index + task) % 7 == 0 ? .microseconds(50) : .seconds(60)
            pool.submit(
              Quick(timeout: timeout) {
                let now = load.running.add(1, ordering: .relaxed).newValue
                load.most.max(now, ordering: .relaxed)
                await Task.yield()
                load.running.subtract(1, ordering: .relaxed)
              } done: {
                count.change { $0 += 1 }
              })
          }
        }
      }
    }
    await count.wait { $0 == 8_000 }
    #expect(load.most.load(ordering: .relaxed) <= 4)
    await pool.drain(timeout: .seconds(10))
  }
}
