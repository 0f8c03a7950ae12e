import FunctionKit

/// Makes events of requests and hands them to a function.
struct HTTPTriggerTarget: HTTPRouteTarget {
  let workers: TriggerWorkers
  let mode: HTTPTrigger.Mode
  let type: String
  let source: String

  func handle(_ exchange: HTTPExchange, workerID: Int, deadline: ContinuousClock.Instant) async throws -> Response {
    let caller = try CallerHeader.caller(of: exchange.head)
    let info = try exchange.requestInfo()
    let context = workers.context(deadline: deadline, caller: caller, attempt: 1, workerID: workerID)
    if try AsynchronousInvocations.isWanted(info) {
      return try await AsynchronousInvocations.accept(events(of: exchange, info), workers.asynchronous)
    }
    switch mode {
    case .rest:
      return try await workers.handle(event(of: exchange, info), context).get()
    case .cloudevents:
      return try await cloudEvents(of: exchange, info, context)
    }
  }

  private func event(of exchange: HTTPExchange, _ info: HTTPRequestInfo) -> Event {
    Event(
      id: exchange.id, source: source, type: type, dataContentType: exchange.head.text(of: .contentType),
      extensions: exchange.head.text(of: .traceparent).map { ["traceparent": $0] } ?? [:], body: exchange.body,
      trigger: workers.trigger, request: info)
  }

  /// The events of a request that nobody waits for.
  private func events(of exchange: HTTPExchange, _ info: HTTPRequestInfo) throws -> [Event] {
    guard mode == .cloudevents else { return [event(of: exchange, info)] }
    let events =
      switch try CloudEventsHTTP.decode(info: info, body: exchange.body) {
      case .one(let event): [event]
      case .batch(let events): events
      }
    return events.map { event in
      var event = event
      event.request = info
      return event
    }
  }

  private func cloudEvents(
    of exchange: HTTPExchange, _ info: HTTPRequestInfo, _ context: Context
  ) async throws -> Response {
    let content = try CloudEventsHTTP.decode(info: info, body: exchange.body)
    switch content {
    case .one(var event):
      event.trigger = workers.trigger
      event.request = info
      return try await workers.handle(event, context).get()
    case .batch(let events):
      let events = events.map { event in
        var event = event
        event.trigger = workers.trigger
        event.request = info
        return event
      }
      guard !events.isEmpty else { return CloudEventsHTTP.summary(of: [], events: []) }
      return CloudEventsHTTP.summary(of: await workers.handle(batch: events, context), events: events)
    }
  }
}
