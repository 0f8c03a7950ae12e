import FunctionKit
import Glibc
import NIOPosix
import Synchronization
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct InlineRunTests {
  /// A job that does something and tells which thread did it.
  private final class ShortJob: PoolJob {
    let timeout = Duration.seconds(100)
    let body: @Sendable () async -> Void
    private let state = Mutex<(thread: pthread_t?, hasEnded: Bool)>((nil, false))

    init(_ body: @escaping @Sendable () async -> Void = {}) { self.body = body }

    var thread: pthread_t? { state.withLock { $0.thread } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func run(workerID: Int, deadline: Moment) async -> InvocationOutcome {
      state.withLock { $0.thread = pthread_self() }
      await body()
      return .success
    }

    func refuse(_ reason: InvocationError) {}
    func ended() { state.withLock { $0.hasEnded = true } }

    func end() async {
      while !hasEnded { await Task.yield() }
    }
  }

  private static let limit: Int64 = 3_600_000_000_000

  private func pool(_ workers: Int = 1) -> WorkerPool {
    WorkerPool(
      limits: .init(numWorkers: workers, waitLimit: .seconds(100), queueLimit: 10),
      eventLoop: MultiThreadedEventLoopGroup.singleton.any(),
      metrics: WorkerPoolMetrics(function: "f", trigger: "t", factory: PrometheusMetrics()))
  }

  /// The first job of a worker makes its task; from the second on nothing stands in the way.
  private func warmPool(_ workers: Int = 1) async -> WorkerPool {
    let pool = pool(workers)
    let first = ShortJob()
    pool.submit(first, .inline(Self.limit))
    await first.end()
    return pool
  }

  private func submit(_ job: ShortJob, to pool: WorkerPool) -> pthread_t {
    pool.submit(job, .inline(Self.limit))
    return pthread_self()
  }

  @Test func aJobThatDoesNotSuspendIsOverAtOnce() async {
    let pool = await warmPool()
    for _ in 0..<100 {
      let job = ShortJob()
      let thread = submit(job, to: pool)
      #expect(job.hasEnded)
      #expect(job.thread == thread)
    }
    #expect(pool.snapshot().inFlight == 0)
  }

  @Test func aJobThatSuspendsGoesOnElsewhere() async {
    let pool = await warmPool()
    let gate = Watched(false)
    let job = ShortJob { await gate.wait { $0 } }
    _ = submit(job, to: pool)
    #expect(!job.hasEnded)
    #expect(pool.snapshot().inFlight == 1)
    gate.change { $0 = true }
    await job.end()
  }

  /// Functions that call functions: beyond some depth the thread's stack is spared, and all end nevertheless.
  @Test func nestsOnlySoDeep() async {
    let pools = await withTaskGroup(of: WorkerPool.self) { group in
      for _ in 0..<30 { group.addTask { await warmPool() } }
      var pools: [WorkerPool] = []
      for await pool in group { pools.append(pool) }
      return pools
    }
    let innermost = ShortJob()
    var job = innermost
    for pool in pools.dropFirst() {
      let inner = job
      job = ShortJob { pool.submit(inner, .inline(Self.limit)) }
    }
    let thread = submit(job, to: pools[0])
    #expect(job.thread == thread)
    await innermost.end()
  }

  @Test func whatHoldsTheThreadForLongIsScheduledForAWhile() async {
    let pool = await warmPool()
    let long = ShortJob()
    // Whatever it takes is longer than no time at all.
    pool.submit(long, .inline(-1))
    #expect(long.hasEnded)
    let next = ShortJob()
    let thread = submit(next, to: pool)
    await next.end()
    #expect(next.thread != thread || next.hasEnded)
    let policyHasPaused = pool.state.withLock { $0.inlinePolicy.isWary }
    #expect(policyHasPaused)
  }

  @Test func thePauseGrowsAndEnds() {
    var policy = InlinePolicy()
    /// How many are turned down before the next is let in.
    func pause() -> Int {
      for count in 0... where policy.admits() { return count }
      return .max
    }
    #expect(pause() == 0)
    policy.wasLong()
    #expect(policy.isWary)
    #expect(pause() == 16)
    policy.wasLong()
    #expect(pause() == 32)
    #expect(pause() == 0)
    policy.wasShort()
    #expect(!policy.isWary)
    policy.wasLong()
    #expect(pause() == 16)
  }

  private enum Local {
    @TaskLocal static var value = 0
  }

  @Test func doesNotInheritTheCallersTaskLocalValues() async {
    let pool = await warmPool()
    let seen = Watched(-1)
    await Local.$value.withValue(7) {
      let job = ShortJob { seen.change { $0 = Local.value } }
      pool.submit(job, .inline(Self.limit))
      await job.end()
      #expect(Local.value == 7)
    }
    #expect(seen.value == 0)
  }

  @Test func theSameObjectServesManyInvocations() async throws {
    var harness = Harness(Harness.httpFunction())
    harness.usesHTTP = false
    let runtime = try harness.makeRuntime { event, context in
      #expect(context.attempt == 1)
      if event.id == "3" { throw FunctionError(.conflict, code: "third", "the third") }
      if event.id == "5" { await Task.yield() }
      return .json(event.body)
    }
    try await runtime.prepare()
    for number in 0..<20 {
      let event = Event(id: "\(number)", source: "/t", type: "t", body: [UInt8(number)])
      do {
        guard case .bytes(let body) = try await runtime.invoke(function: "echo", event).body else {
          Issue.record("no body")
          continue
        }
        #expect(body == [UInt8(number)])
        #expect(number != 3)
      } catch let error as FunctionError {
        #expect(number == 3 && error.code == "third")
      }
    }
  }
}
