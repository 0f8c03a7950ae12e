import CoreMetrics
import FunctionKit
import Logging
import NIOCore

/// A function's workers for one trigger: every event of the trigger goes through here.
final class TriggerWorkers: Sendable {
  let function: LoadedFunction
  let trigger: TriggerInfo
  let pool: WorkerPool
  let logger: Logger
  /// How long running invocations may take to end at shutdown.
  let terminationTimeout: Duration

  /// Names function and trigger.
  var label: String { "\(function.name)/\(trigger.name)" }
  /// Names function and trigger in errors.
  var origin: String { "trigger \(trigger.name) of function \(function.name)" }
  /// Takes events for later, where the runtime can keep them; nil where it cannot.
  let asynchronous: AsynchronousInvocations?
  /// Notes invocations for a supervisor; nil where there is none.
  let isolation: WorkerIsolation?
  /// The first of the journal's records that belong to these workers.
  let journalBase: Int?
  /// Awaited invocations that are over and may be used again.
  let spareInvocations = SpareInvocations()
  /// What all invocations' contexts have in common.
  private let invocations: InvocationFrame
  /// How long an invocation may take.
  let timeoutNanoseconds: Int64
  /// Whether nothing stands between an event and the function.
  let isPlain: Bool
  /// Whether invocations may begin on the thread of whoever hands the event over.
  let isBrief: Bool

  init(
    function: LoadedFunction, trigger: TriggerInfo, limits: WorkerPool.Limits, terminationTimeout: Duration,
    eventLoop: any EventLoop, metrics: any MetricsFactory, asynchronous: AsynchronousInvocations? = nil,
    isolation: WorkerIsolation? = nil
  ) {
    self.isolation = isolation
    journalBase = isolation?.journal.reserve(limits.numWorkers)
    self.asynchronous = asynchronous
    self.terminationTimeout = terminationTimeout
    self.function = function
    self.trigger = trigger
    logger = function.logger(trigger: trigger.name)
    pool = WorkerPool(
      limits: limits, eventLoop: eventLoop,
      metrics: WorkerPoolMetrics(function: function.name, trigger: trigger.name, factory: metrics),
      journalBase: journalBase)
    invocations = InvocationFrame(
      functionName: function.name, functionVersion: function.specification.version, logger: logger,
      clock: function.clock)
    timeoutNanoseconds = function.specification.eventTimeout.wholeNanoseconds
    isBrief = function.isBrief
    isPlain = function.gate == nil && isolation == nil && function.tracer == nil
  }

  /// A context for an invocation.
  func context(
    deadline: Moment, caller: Caller, attempt: Int, workerID: Int
  ) -> Context {
    Context(invocations, deadline: deadline, caller: caller, attempt: attempt, workerID: workerID)
  }

  /// Runs the function on one event, in the calling task.
  /// - Throws: what the function throws, or why it was not tried.
  nonisolated(nonsending) func handle(_ event: Event, _ context: Context) async throws -> Response {
    if isPlain { return try await invoke(event, context) }
    guard let gate = function.gate else { return try await noted(event, context).get() }
    let admission = try gate.enter().get()
    let result = await noted(event, context)
    gate.leave(admission, failure: result.failure, deadline: context.deadline)
    return try result.get()
  }

  nonisolated(nonsending) private func noted(_ event: Event, _ context: Context) async -> Result<Response, any Error> {
    guard let isolation else { return await traced(event, context) }
    return await isolated(event, context, isolation)
  }

  /// Runs the function on an event, in a span where there is a tracer.
  nonisolated(nonsending) func traced(_ event: Event, _ context: Context) async -> Result<Response, any Error> {
    guard let tracer = function.tracer else { return await invocationResult(event, context) }
    var context = context
    let span = tracer.begin(event, self, &context)
    let result = await TraceContext.$current.withValue(context.traceContext) { [context] in
      await invocationResult(event, context)
    }
    tracer.end(span, failure: result.failure)
    return result
  }

  nonisolated(nonsending) private func invocationResult(
    _ event: Event, _ context: Context
  ) async -> Result<Response, any Error> {
    do {
      return .success(try await invoke(event, context))
    } catch {
      return .failure(error)
    }
  }

  nonisolated(nonsending) private func invoke(_ event: Event, _ context: Context) async throws -> Response {
    do {
      return try await CurrentInvocation.$eventID.withValue(event.id) {
        try await function.handle(event, context)
      }
    } catch {
      logUnexpected(error, event: event.id)
      throw error
    }
  }

  /// Runs the function on several events, in the calling task; a result per event in their order.
  func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    guard let gate = function.gate else { return await noted(batch: events, context) }
    switch gate.enter() {
    case .failure(let refusal): return events.map { _ in .failure(refusal) }
    case .success(let admission):
      let results = await noted(batch: events, context)
      gate.leave(admission, failure: results.lazy.compactMap(\.failure).first, deadline: context.deadline)
      return results
    }
  }

  private func noted(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    guard let isolation else { return await traced(batch: events, context) }
    return await isolated(events, context, isolation)
  }

  /// Runs the function on several events, in a span where there is a tracer.
  func traced(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    guard let tracer = function.tracer else { return await invoke(batch: events, context) }
    var context = context
    let span = tracer.begin(batch: events, self, &context)
    let results = await TraceContext.$current.withValue(context.traceContext) { [context] in
      await invoke(batch: events, context)
    }
    tracer.end(span, failure: results.lazy.compactMap(\.failure).first)
    return results
  }

  private func invoke(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    var results = await function.handle(batch: events, context)
    for (event, result) in zip(events, results) {
      if case .failure(let error) = result { logUnexpected(error, event: event.id) }
    }
    if results.count != events.count {
      logger.error(
        "the function gave another number of results than it had events",
        metadata: ["events": .stringConvertible(events.count), "results": .stringConvertible(results.count)])
      let missing = FunctionError(.transient, code: "resultMissing", "the function gave no result for this event")
      results = events.indices.map { $0 < results.count ? results[$0] : .failure(missing) }
    }
    return results
  }

  /// A failure that the function did not report on purpose is a fault to be looked into.
  func logUnexpected(_ error: any Error, event: String) {
    guard !(error is FunctionError), !(error is CancellationError) else { return }
    logger.error(
      "the function failed", metadata: ["event": .string(event), "error": .string(String(reflecting: error))])
  }
}

extension Result {
  /// Why it failed; nil where it did not.
  var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
