import FunctionKit

/// Takes the events of requests that nobody waits for: `202` once they are kept, and a worker handles them later.
struct AsynchronousInvocations: Sendable {
  /// The trigger that handles them, of which every function behind HTTP has one.
  static let triggerName = "async"
  /// The group that handles them.
  static let group = "workers"
  /// How many of a function's workers at most handle them, so that callers who wait find some free.
  static let maxWorkers = 8
  /// The request header that asks for it, and what it says.
  static let header = "x-cabstand-invoke"

  let queue: any EventPublisher
  let function: String

  /// Whether a request asks for it.
  /// - Throws: `FunctionError` where the header says something else.
  static func isWanted(_ request: HTTPRequestInfo) throws -> Bool {
    guard let text = request.header(header)?.lowercased(), text != "sync" else { return false }
    guard text == "async" else {
      throw FunctionError(.badInput, code: "malformedHeader", "\(header) must be sync or async", field: header)
    }
    return true
  }

  /// Keeps events.
  /// - Parameters:
  ///   - events: one, or those of a batch.
  ///   - invocations: where they are kept; nil where nothing is durable.
  /// - Returns: `202` with the ids of the invocations.
  /// - Throws: `FunctionError`, answered `503`, where they could not be kept.
  static func accept(_ events: [Event], _ invocations: AsynchronousInvocations?) async throws -> Response {
    guard let invocations else {
      throw FunctionError(.transient, code: "notDurable", "the server has no store in which the event could wait")
    }
    do {
      try await invocations.queue.publish(events, to: invocations.function)
    } catch {
      throw FunctionError(.transient, code: "notDurable", "the event could not be kept; nothing was begun")
    }
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("function", invocations.function)
        if events.count == 1, let event = events.first { json.member("invocationId", event.id) }
        json.key("invocationIds")
        json.array { json in for event in events { json.value(event.id) } }
      }
    }
    return .json(bytes, status: 202)
  }
}
