/// What a function may want to know of the HTTP request that carried an event.
public struct HTTPRequestInfo: Sendable {
  /// The method, upper case.
  public var method: String
  /// The path, percent-decoded, without the query.
  public var path: String
  /// The values of the route's `{placeholders}`, percent-decoded.
  public var parameters: [String: String]
  /// The query's values by name, percent-decoded; the last wins where a name repeats.
  public var query: [String: String]
  /// The header fields in the order of the request; names lower case.
  public var headers: [(name: String, value: String)]

  /// Creates the description of a request.
  /// - Parameters:
  ///   - method: the method, upper case.
  ///   - path: the decoded path without the query.
  ///   - parameters: values of the route's placeholders.
  ///   - query: the query's values.
  ///   - headers: the header fields, names lower case.
  public init(
    method: String, path: String, parameters: [String: String] = [:], query: [String: String] = [:],
    headers: [(name: String, value: String)] = []
  ) {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.query = query
    self.headers = headers
  }

  /// The first value of a header field.
  /// - Parameter name: the field's name, lower case.
  /// - Returns: its value, or nil where the request has no such field.
  public func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }
}
