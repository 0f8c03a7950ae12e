public import FunctionKit

/// A request to a route that was registered in code.
public struct HTTPRouteRequest: Sendable {
  /// Method, path, parameters, query and header fields.
  public var info: HTTPRequestInfo
  /// The body.
  public var body: [UInt8]
  /// Who asked.
  public var caller: Caller
  /// The client's request id, or one that nobody has had.
  public var id: String

  /// Creates a request, for tests of handlers.
  /// - Parameters:
  ///   - info: method, path, parameters, query and header fields.
  ///   - body: the body.
  ///   - caller: who asked.
  ///   - id: the request's id.
  public init(info: HTTPRequestInfo, body: [UInt8] = [], caller: Caller = .anonymous, id: String = "1") {
    self.info = info
    self.body = body
    self.caller = caller
    self.id = id
  }
}

/// Answers the requests of a route that was registered in code; errors are answered as they are for functions.
public typealias RouteHandler = @Sendable (HTTPRouteRequest) async throws -> Response
