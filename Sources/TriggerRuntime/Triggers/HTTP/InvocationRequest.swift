import FunctionKit
import Logging

/// What a request asks of its invocation beside the event: on whose behalf, how it is logged, and which trace it belongs to.
struct InvocationRequest: Sendable {
  let caller: Caller
  let log: InvocationLog?
  /// The trace that the request itself belongs to, which may differ from the event's.
  let trace: TraceContext?

  /// Prepares a context.
  func apply(to context: inout Context) {
    if let log { log.attach(to: &context.logger) }
    if let trace { context.trace.traceContext = trace }
  }

  /// Adds the log to an answer, where it was asked for.
  func answer(_ response: Response) -> Response {
    guard let log, let header = log.header() else { return response }
    var response = response
    response.headers += header
    return response
  }
}

extension HTTPRequestHead {
  /// The trace that the request belongs to; nil where it names none or a malformed one.
  var trace: TraceContext? {
    text(of: .traceparent).flatMap { TraceContext(traceparent: $0, state: text(of: .tracestate)) }
  }
}
