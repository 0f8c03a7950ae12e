import FunctionKit

/// Makes events of requests and hands them to a function.
struct HTTPTriggerTarget: HTTPRouteTarget {
  let workers: TriggerWorkers
  /// Whether clients may ask for the log of their invocations.
  let allowsLogs: Bool
  let type: String
  let source: String

  var isBrief: Bool { workers.function.isBrief }

  func handle(_ exchange: HTTPExchange, workerID: Int, deadline: Moment) async throws -> Response {
    let caller = try CallerHeader.caller(of: exchange.head)
    let info = try exchange.requestInfo()
    var context = workers.context(deadline: deadline, caller: caller, attempt: 1, workerID: workerID)
    let event = event(of: exchange, info)
    if try AsynchronousInvocations.isWanted(info) {
      return try await AsynchronousInvocations.accept([event], workers.asynchronous)
    }
    guard let log = InvocationLog(exchange.head, isAllowed: allowsLogs) else {
      return try await workers.handle(event, context)
    }
    let invocation = InvocationRequest(caller: caller, log: log, trace: nil)
    invocation.apply(to: &context)
    do {
      return invocation.answer(try await workers.handle(event, context))
    } catch {
      // The log matters most where the function failed.
      var problem = ProblemDocument(error)
      problem.requestID = exchange.id
      return invocation.answer(problem.response())
    }
  }

  private func event(of exchange: HTTPExchange, _ info: HTTPRequestInfo) -> Event {
    var extensions: [String: String] = [:]
    if let traceparent = exchange.head.text(of: .traceparent) {
      extensions["traceparent"] = traceparent
      extensions["tracestate"] = exchange.head.text(of: .tracestate)
    }
    return Event(
      id: exchange.id, source: source, type: type, dataContentType: exchange.head.contentType,
      extensions: extensions, body: exchange.body, trigger: workers.trigger, request: info)
  }
}
