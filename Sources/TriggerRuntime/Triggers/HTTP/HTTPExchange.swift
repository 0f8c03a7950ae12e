import FunctionKit
import Synchronization

/// One complete request and the way back to its connection.
final class HTTPExchange: PoolJob {
  let head: HTTPRequestHead
  let body: [UInt8]
  let route: HTTPRoute
  /// Where the values of the route's placeholders lie in the head.
  let values: [Range<Int>]
  /// The client's key or request id, or one that nobody has had.
  let id: String
  let timeout: Duration
  private let connection: HTTPConnection
  private let loop: HTTPLoop
  private let isAnswered = Atomic(false)

  init(
    head: HTTPRequestHead, body: [UInt8], route: HTTPRoute, values: [Range<Int>], id: String, timeout: Duration,
    connection: HTTPConnection, loop: HTTPLoop
  ) {
    self.head = head
    self.body = body
    self.route = route
    self.values = values
    self.id = id
    self.timeout = timeout
    self.connection = connection
    self.loop = loop
  }

  nonisolated(nonsending) func run(workerID: Int, deadline: Moment) async -> InvocationOutcome {
    do {
      let response = try await route.target.handle(self, workerID: workerID, deadline: deadline)
      return answer(response) ? .success : .deadlineExceeded
    } catch {
      return answer(problem(error)) ? InvocationOutcome(error) : .deadlineExceeded
    }
  }

  func refuse(_ reason: InvocationError) {
    _ = answer(problem(reason))
  }

  func ended() {
    if route.isCounted { loop.shared.returnRequest() }
  }

  /// The request as functions see it.
  /// - Throws: `FunctionError` where path or query are not well encoded.
  func requestInfo() throws -> HTTPRequestInfo {
    guard let path = route.literalPath ?? PercentCoding.decode(head.bytes[head.path]) else {
      throw FunctionError(.badInput, code: "malformedPath", "the path is not well percent-encoded UTF-8")
    }
    var parameters: [String: String] = [:]
    for (name, range) in zip(route.placeholders, values) {
      parameters[name] = PercentCoding.decode(head.bytes[range])
    }
    var query: [String: String] = [:]
    if let range = head.query {
      guard let values = PercentCoding.query(head.bytes[range]) else {
        throw FunctionError(.badInput, code: "malformedQuery", "the query is not well percent-encoded UTF-8")
      }
      query = values
    }
    return HTTPRequestInfo(
      method: head.method, path: path, parameters: parameters, query: query, head: head.bytes, fields: head.fields)
  }

  private func problem(_ error: any Error) -> Response {
    var problem = ProblemDocument(error)
    problem.instance = String(decoding: head.bytes[head.path], as: UTF8.self)
    problem.requestID = id
    return problem.response()
  }

  /// Sends an answer unless one was sent.
  private func answer(_ response: Response) -> Bool {
    guard isAnswered.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return false }
    loop.deliver(response, for: self, on: connection)
    return true
  }
}
