import CoreMetrics
import FunctionKit

/// A method and a path with what handles their requests.
final class HTTPRoute: Sendable {
  let method: String
  /// The path as it was written, `/v1/offers/{id}/accept`.
  let template: String
  /// The largest body in bytes.
  let maxBodyBytes: Int
  /// How long a request may take.
  let timeout: Duration
  /// The names of the path's placeholders, in its order.
  let placeholders: [String]
  /// The path of all its requests; nil where it has placeholders, or characters that a request may encode.
  let literalPath: String?
  let target: any HTTPRouteTarget
  let pool: WorkerPool
  /// Where the route comes from, for messages about conflicts.
  let origin: String
  /// Whether its requests count towards the server's limit; what operators look at does not.
  let isCounted: Bool
  /// Answers by the hundreds of their status, from 1 to 5.
  private let answers: [Counter]

  init(
    method: String, path: HTTPPathTemplate, maxBodyBytes: Int, timeout: Duration, target: any HTTPRouteTarget,
    pool: WorkerPool, origin: String, isCounted: Bool = true, metrics: any MetricsFactory
  ) {
    self.method = method
    template = path.text
    placeholders = path.placeholders
    literalPath = path.placeholders.isEmpty && !path.text.utf8.contains(UInt8(ascii: "%")) ? path.text : nil
    self.maxBodyBytes = maxBodyBytes
    self.timeout = timeout
    self.target = target
    self.pool = pool
    self.origin = origin
    self.isCounted = isCounted
    answers = (1...5).map { hundreds in
      let labels = [("method", method), ("route", path.text), ("status", "\(hundreds)xx")]
      return Counter(label: "cabstand_http_answers", dimensions: labels, factory: metrics)
    }
  }

  /// Counts an answer.
  func count(status: Int) {
    let index = status / 100 - 1
    if answers.indices.contains(index) { answers[index].increment() }
  }
}

/// What handles the requests of a route, on a worker of its pool.
protocol HTTPRouteTarget: Sendable {
  /// Whether its work may begin on the connection's event loop.
  var isBrief: Bool { get }

  /// Handles a request; throws what a problem document tells the client.
  func handle(_ exchange: HTTPExchange, workerID: Int, deadline: Moment) async throws -> Response
}

extension HTTPRouteTarget {
  var isBrief: Bool { false }
}
