import FunctionKit

/// Hands the events of a request to the functions that want them.
///
/// An event that several functions want is handled by each; it counts as handled where all of them succeed, and the answer is that of
/// the only one, or none.
struct EventRouteTarget: HTTPRouteTarget {
  let subscriptions: [EventSubscription]
  let token: [UInt8]?
  let allowsLogs: Bool

  func handle(_ exchange: HTTPExchange, workerID: Int, deadline: Moment) async throws -> Response {
    let info = try exchange.requestInfo()
    guard isAuthorized(info) else {
      var problem = ProblemDocument(
        status: 401, code: "unauthorized", detail: "events need a bearer token that this server knows")
      problem.headers = [("www-authenticate", "Bearer realm=\"events\"")]
      return problem.response()
    }
    let content = try CloudEventsHTTP.decode(info: info, body: exchange.body)
    if try AsynchronousInvocations.isWanted(info) { return try await keep(content, info) }
    let invocation = InvocationRequest(
      caller: try CallerHeader.caller(of: exchange.head), log: InvocationLog(exchange.head, isAllowed: allowsLogs),
      trace: exchange.head.trace)
    switch content {
    case .one(let event):
      guard invocation.log != nil else { return try await perform(event, info, invocation) }
      do {
        return invocation.answer(try await perform(event, info, invocation))
      } catch {
        // The log matters most where the function failed.
        var problem = ProblemDocument(error)
        problem.requestID = exchange.id
        return invocation.answer(problem.response())
      }
    case .batch(let events):
      let results = await perform(events, info, invocation)
      return invocation.answer(CloudEventsHTTP.summary(of: results, events: events))
    }
  }

  /// Keeps the events of a request that nobody waits for, for each function that wants them.
  private func keep(_ content: CloudEventsHTTP.Content, _ info: HTTPRequestInfo) async throws -> Response {
    let events =
      switch content {
      case .one(let event): [event]
      case .batch(let events): events
      }
    for event in events where !subscriptions.contains(where: { $0.types.contains(event.type) }) {
      throw unknown(event.type, "type")
    }
    var answer = Response.noContent
    for taker in subscriptions {
      let wanted = events.filter { taker.types.contains($0.type) }.map { event in
        var event = event
        event.request = info
        return event
      }
      guard !wanted.isEmpty else { continue }
      answer = try await AsynchronousInvocations.accept(wanted, taker.workers.asynchronous)
    }
    return answer
  }

  private func perform(
    _ event: Event, _ info: HTTPRequestInfo, _ invocation: InvocationRequest
  ) async throws -> Response {
    let takers = subscriptions.filter { $0.types.contains(event.type) }
    guard !takers.isEmpty else { throw unknown(event.type, info.header("ce-type") == nil ? "type" : "ce-type") }
    var last = Response.noContent
    for taker in takers {
      let results = await perform([event], info, invocation, on: taker.workers)
      if let response = try results.first?.get() { last = response }
    }
    return takers.count == 1 ? last : .noContent
  }

  private func perform(
    _ events: [Event], _ info: HTTPRequestInfo, _ invocation: InvocationRequest
  ) async -> [Result<Response, any Error>] {
    var results: [Result<Response, any Error>?] = events.map { _ in nil }
    for taker in subscriptions {
      let indices = events.indices.filter { taker.types.contains(events[$0].type) }
      guard !indices.isEmpty else { continue }
      let answers = await perform(indices.map { events[$0] }, info, invocation, on: taker.workers)
      for (index, answer) in zip(indices, answers) {
        if case .failure? = results[index] { continue }
        results[index] = answer
      }
    }
    return results.enumerated().map { index, result in
      result ?? .failure(unknown(events[index].type, "[\(index)].type"))
    }
  }

  private func perform(
    _ events: [Event], _ info: HTTPRequestInfo, _ invocation: InvocationRequest, on workers: TriggerWorkers
  ) async -> [Result<Response, any Error>] {
    let events = events.map { event in
      var event = event
      event.trigger = workers.trigger
      event.request = info
      return event
    }
    return await AwaitedInvocation.perform(
      events,
      .init(workers: workers, caller: invocation.caller, attempt: 1, waitsForEnd: false) { context in
        invocation.apply(to: &context)
      })
  }

  private func unknown(_ type: String, _ field: String) -> FunctionError {
    let known = Set(subscriptions.flatMap(\.types.texts)).sorted().joined(separator: ", ")
    return FunctionError(
      .unprocessable, code: "unknownEventType", "no function takes events of type \(type); taken are \(known)",
      field: field)
  }

  private func isAuthorized(_ info: HTTPRequestInfo) -> Bool {
    guard let token else { return true }
    if let field = info.header("authorization") {
      let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      return parts.count == 2 && parts[0].lowercased() == "bearer" && isToken(parts[1].trimmedBlanks, token)
    }
    guard let text = info.query["access_token"] else { return false }
    return isToken(text[...], token)
  }

  /// Takes as long whatever the difference is, so that nobody can guess the token letter by letter.
  private func isToken(_ text: Substring, _ token: [UInt8]) -> Bool {
    let given = Array(text.utf8)
    var difference = given.count ^ token.count
    for index in token.indices { difference |= Int(token[index] ^ (index < given.count ? given[index] : 0)) }
    return difference == 0
  }
}
