package import FunctionKit
package import NIOCore

/// One request.
package struct HTTPCall: Sendable {
  /// A request's verb.
  package enum Verb: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
  }

  package var verb: Verb
  /// Path and query, percent-encoded.
  package var path: String
  /// A JSON body; nil sends none.
  package var body: ByteBuffer?
  /// Further headers.
  package var headers: [(name: String, value: String)]
  /// How long an answer may take.
  package var deadline: TimeAmount

  /// Creates a request.
  package init(
    _ verb: Verb, _ path: String, body: ByteBuffer? = nil, headers: [(name: String, value: String)] = [],
    deadline: TimeAmount = .seconds(10)
  ) {
    self.verb = verb
    self.path = path
    self.body = body
    self.headers = headers
    self.deadline = deadline
  }
}

/// An answer.
package struct HTTPReply: Sendable {
  /// The status code.
  package var status: Int
  /// What `Retry-After` asks for in seconds.
  package var retryAfterSeconds: Int?
  /// The body.
  package var body: ByteBuffer

  /// Creates an answer.
  package init(status: Int, retryAfterSeconds: Int? = nil, body: ByteBuffer) {
    self.status = status
    self.retryAfterSeconds = retryAfterSeconds
    self.body = body
  }

  /// The body as JSON; nil where it is none.
  package var json: JSONValue? { JSONValue(body) }

  /// The `code` of a problem document; nil where there is none.
  package var problemCode: String? { json?["code"]?.text }
}

/// Why there is no answer.
package enum HTTPFailure: Error, Hashable, Sendable {
  /// No connection could be made.
  case refused
  /// The connection ended before the answer did.
  case lost
  /// The answer did not come in time.
  case timedOut
  /// The answer is no HTTP, or larger than allowed.
  case malformed
  /// More requests wait for a connection than the client takes.
  case overloaded
  /// The client was shut down, or the task cancelled.
  case closed

  /// A short stable name.
  package var code: String {
    switch self {
    case .refused: "connectionRefused"
    case .lost: "connectionLost"
    case .timedOut: "timedOut"
    case .malformed: "malformedAnswer"
    case .overloaded: "clientOverloaded"
    case .closed: "clientClosed"
    }
  }
}
