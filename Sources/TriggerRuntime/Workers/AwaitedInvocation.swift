import FunctionKit
import Synchronization

/// An invocation that somebody waits for in a task: of a loop trigger, or a direct one.
///
/// A function that never suspends is over when `WorkerPool.begin` returns: then nobody suspends, and the object serves the next invocation.
///
/// `@unchecked`: the caller fills it before he hands it over; the worker writes the results before `verdict`, and whoever reads
/// them has seen `verdict`; the continuation is written before `stage`, and read by the one who has moved `stage` on.
final class AwaitedInvocation: PoolJob, @unchecked Sendable {
  typealias Results = [Result<Response, any Error>]

  /// What an invocation is about.
  struct Order {
    let workers: TriggerWorkers
    /// On whose behalf.
    let caller: Caller
    /// 1 on the first attempt.
    let attempt: Int
    /// Whether to wait, past the deadline, until the function has really ended, so that the work is surely over when somebody tries
    /// again; else the caller's cancellation cancels the invocation.
    let waitsForEnd: Bool
    /// Changes the invocation's context, for example its logger.
    var adjust: (@Sendable (inout Context) -> Void)?
  }

  private enum Stage {
    static let open: UInt8 = 0
    /// There is an answer to be had.
    static let answered: UInt8 = 1
    /// The caller waits for it.
    static let awaited: UInt8 = 2
  }

  /// What counts: the results, or a refusal, whichever came first.
  private enum Verdict {
    static let none: UInt8 = 0
    static let results: UInt8 = 1

    static func refusal(_ reason: InvocationError) -> UInt8 {
      UInt8((InvocationError.allCases.firstIndex(of: reason) ?? 0) + 2)
    }

    static func reason(_ verdict: UInt8) -> InvocationError { InvocationError.allCases[Int(verdict) - 2] }
  }

  /// How long a function may keep the caller's thread before the next ones run on others; the caller waits anyway.
  private static let inlineLimit: Int64 = 1_000_000

  // Unchecked: every one of them belongs to one thread at a time, as said above.
  @exclusivity(unchecked) private var order: Order?
  /// Those of the order, without counting references.
  @exclusivity(unchecked) private var workers: Unmanaged<TriggerWorkers>
  var timeout: Duration { .nanoseconds(timeoutNanoseconds) }
  var timeoutNanoseconds: Int64 { workers._withUnsafeGuaranteedRef { $0.timeoutNanoseconds } }
  /// The event where there is only one.
  @exclusivity(unchecked) private var event: Event?
  @exclusivity(unchecked) private var events: [Event] = []
  /// Room for the answer to the one event, so that it is written where it is read.
  let answer = UnsafeMutablePointer<Result<Response, any Error>>.allocate(capacity: 1)
  @exclusivity(unchecked) private var holdsAnswer = false
  @exclusivity(unchecked) private var results: Results = []
  @exclusivity(unchecked) private var continuation: UnsafeContinuation<Void, Never>?
  private let stage = Atomic(Stage.open)
  private let verdict = Atomic(Verdict.none)

  // MARK: Calling

  /// Hands events to a function and waits for its answers.
  /// - Parameters:
  ///   - events: one event, or a batch.
  ///   - order: what the invocation is about.
  /// - Returns: one result per event, in their order.
  nonisolated(nonsending) static func perform(_ events: [Event], _ order: Order) async -> Results {
    if events.count == 1, let event = events.first { return [await perform(event, order)] }
    let invocation = AwaitedInvocation(order)
    invocation.events = events
    if !invocation.begin(), !invocation.isAnswered { await invocation.end() }
    switch invocation.verdict.load(ordering: .acquiring) {
    case Verdict.none: return events.map { _ in .failure(CancellationError()) }
    case Verdict.results: return invocation.results
    // A result that came after the deadline does not count: nobody may rely on it having been in time.
    case let verdict: return events.map { _ in .failure(Verdict.reason(verdict)) }
    }
  }

  /// Hands an event to a function and waits for its answer.
  /// - Parameters:
  ///   - event: the event.
  ///   - order: what the invocation is about.
  /// - Returns: the answer.
  @inline(__always)
  nonisolated(nonsending) static func perform(
    _ event: Event, _ order: consuming Order
  ) async -> Result<Response, any Error> {
    // The order keeps them, and the invocation keeps the order.
    let workers = Unmanaged.passUnretained(order.workers)
    // Counted by hand: whoever takes a spare one out owns a reference, which goes back with it.
    let reference: Unmanaged<AwaitedInvocation>
    if let spare = workers._withUnsafeGuaranteedRef({ $0.spareInvocations.take() }) {
      reference = spare
      reference._withUnsafeGuaranteedRef { invocation in
        invocation.workers = workers
        invocation.order = order
      }
    } else {
      reference = .passRetained(AwaitedInvocation(order))
    }
    reference._withUnsafeGuaranteedRef { $0.event = event }
    if reference._withUnsafeGuaranteedRef({ $0.begin() }) {
      // Nobody else has seen it, but for the worker that is done with it.
      let result = reference._withUnsafeGuaranteedRef { $0.takeResult() }
      let order = reference._withUnsafeGuaranteedRef { $0.clear() }
      withExtendedLifetime(order) { workers._withUnsafeGuaranteedRef { $0.spareInvocations.put(reference) } }
      return result
    }
    return await wait(reference)
  }

  /// Waits for one that is not over at once.
  /// - Parameter reference: owns the invocation.
  nonisolated(nonsending) private static func wait(
    _ reference: Unmanaged<AwaitedInvocation>
  ) async -> Result<Response, any Error> {
    var invocation = reference.takeRetainedValue()
    if !invocation.isAnswered { await invocation.end() }
    let result = invocation.takeResult()
    if invocation.verdict.load(ordering: .relaxed) == Verdict.results, isKnownUniquelyReferenced(&invocation) {
      invocation.clear()?.workers.spareInvocations.put(.passRetained(invocation))
    }
    return result
  }

  private init(_ order: Order) {
    workers = .passUnretained(order.workers)
    self.order = order
  }

  deinit {
    if holdsAnswer { answer.deinitialize(count: 1) }
    answer.deallocate()
  }

  /// Hands itself to the workers.
  /// - Returns: whether it is over already.
  private func begin() -> Bool {
    workers._withUnsafeGuaranteedRef { workers in
      // A loop that takes event after event must suspend now and then, or nobody else gets its thread.
      let isScheduled = waitsForEnd || !workers.isBrief
      return workers.pool.begin(
        self, isScheduled ? .scheduled : .inline(Self.inlineLimit), single: event == nil ? nil : .passUnretained(self))
    }
  }

  private var isAnswered: Bool { stage.load(ordering: .acquiring) == Stage.answered }

  private var waitsForEnd: Bool { order?.waitsForEnd ?? false }

  nonisolated(nonsending) private func end() async {
    guard !waitsForEnd, let pool = order?.workers.pool else { return await answered() }
    await withTaskCancellationHandler {
      await answered()
    } onCancel: {
      pool.cancel(self)
    }
  }

  nonisolated(nonsending) private func answered() async {
    await withUnsafeContinuation { continuation in
      self.continuation = continuation
      let (isWaiting, _) = stage.compareExchange(
        expected: Stage.open, desired: Stage.awaited, ordering: .acquiringAndReleasing)
      if !isWaiting { continuation.resume() }
    }
  }

  private func takeResult() -> Result<Response, any Error> {
    switch verdict.load(ordering: .acquiring) {
    case Verdict.results where holdsAnswer:
      holdsAnswer = false
      return answer.move()
    case Verdict.none, Verdict.results: return .failure(CancellationError())
    case let verdict: return .failure(Verdict.reason(verdict))
    }
  }

  /// Makes it ready for the next event: a spare one must not keep its workers, which keep it.
  /// - Returns: what it was about.
  private func clear() -> Order? {
    event = nil
    continuation = nil
    if holdsAnswer { answer.deinitialize(count: 1) }
    holdsAnswer = false
    stage.store(Stage.open, ordering: .relaxed)
    verdict.store(Verdict.none, ordering: .relaxed)
    return order.take()
  }

  // MARK: Working

  /// What handles its one event with nothing in between; nil where something stands before the function, somebody records, or there
  /// are versions to choose from: then `run` does it.
  var direct: LoadedFunction? {
    workers._withUnsafeGuaranteedRef { $0.isPlain && $0.function.isUndivided ? $0.function : nil }
  }

  /// The one event, which leaves.
  func takeEvent() -> Event? { event.take() }

  /// What the function is told beside the event.
  func context(deadline: Moment, workerID: Int) -> Context {
    var context = workers._withUnsafeGuaranteedRef {
      $0.context(
        deadline: deadline, caller: order?.caller ?? .anonymous, attempt: order?.attempt ?? 1, workerID: workerID)
    }
    if let adjust = order?.adjust { adjust(&context) }
    return context
  }

  nonisolated(nonsending) func run(workerID: Int, deadline: Moment) async -> InvocationOutcome {
    guard let workers = order?.workers else { return .error }
    let context = context(deadline: deadline, workerID: workerID)
    guard let event = takeEvent() else {
      results = await workers.handle(batch: events, context)
      // A batch counts as its first failure.
      return conclude(results.lazy.compactMap(\.failure).first)
    }
    do throws(any Error) {
      answer.initialize(to: .success(try await workers.handle(event, context)))
      return succeeded()
    } catch {
      return failed(error)
    }
  }

  /// The function has answered its one event: `answer` is initialized.
  func succeeded() -> InvocationOutcome {
    holdsAnswer = true
    return conclude(nil)
  }

  /// The function, with nothing in between, has failed at its one event.
  func failed(_ error: any Error, at event: String) -> InvocationOutcome {
    workers._withUnsafeGuaranteedRef { $0.logUnexpected(error, event: event) }
    return failed(error)
  }

  /// The function has failed at its one event.
  private func failed(_ error: any Error) -> InvocationOutcome {
    answer.initialize(to: .failure(error))
    holdsAnswer = true
    return conclude(error)
  }

  private func conclude(_ failure: (any Error)?) -> InvocationOutcome {
    let (counts, other) = verdict.compareExchange(
      expected: Verdict.none, desired: Verdict.results, ordering: .acquiringAndReleasing)
    if !counts, Verdict.reason(other) == .deadlineExceeded { return .deadlineExceeded }
    guard let failure else { return .success }
    return InvocationOutcome(failure)
  }

  func refuse(_ reason: InvocationError) {
    _ = verdict.compareExchange(
      expected: Verdict.none, desired: Verdict.refusal(reason), ordering: .acquiringAndReleasing)
    // At shutdown nobody tries again, and a function that does not heed its cancellation must not hold up the end.
    if !waitsForEnd || reason == .shuttingDown { wake() }
  }

  func ended() { wake() }

  private func wake() {
    if stage.exchange(Stage.answered, ordering: .acquiringAndReleasing) == Stage.awaited { continuation?.resume() }
  }
}
