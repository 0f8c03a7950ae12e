/// What a function answers.
public struct Response: Sendable {
  /// What follows the head of the answer; a pointer wide, since answers are handed on many times.
  public enum Body: Sendable {
    /// Nothing.
    case empty
    /// All of it at once.
    case bytes([UInt8])
    /// Server-sent events until the sequence ends or the caller goes away, which cancels the iterating task.
    indirect case events(any AsyncSequence<ServerSentEvent, any Error> & Sendable)
  }

  /// The HTTP status.
  public var status: Int
  /// Header fields beyond those that the trigger writes itself; names lower case.
  public var headers: [(name: String, value: String)]
  /// The media type of the body.
  public var contentType: String?
  /// The body.
  public var body: Body

  /// Creates an answer.
  /// - Parameters:
  ///   - status: the HTTP status.
  ///   - contentType: the media type of the body.
  ///   - headers: further header fields, names lower case.
  ///   - body: the body.
  public init(
    status: Int = 200, contentType: String? = nil, headers: [(name: String, value: String)] = [], body: Body = .empty
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  /// An answer without content.
  public static let noContent = Response(status: 204)

  /// An answer of JSON bytes.
  /// - Parameters:
  ///   - bytes: the JSON text in UTF-8.
  ///   - status: the HTTP status.
  public static func json(_ bytes: [UInt8], status: Int = 200) -> Response {
    Response(status: status, contentType: "application/json", body: .bytes(bytes))
  }
}
