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
  /// Header fields as they came, which become strings only when somebody asks for them.
  private enum Fields {
    case strings([(name: String, value: String)])
    case bytes([UInt8], [HTTPFieldRange])
  }

  private var fields: Fields

  /// The header fields in the order of the request; names lower case.
  public var headers: [(name: String, value: String)] {
    get {
      switch fields {
      case .strings(let headers): headers
      case .bytes(let head, let ranges):
        ranges.map { range in
          (String(decoding: head[range.name], as: UTF8.self), String(decoding: head[range.value], as: UTF8.self))
        }
      }
    }
    set { fields = .strings(newValue) }
  }

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
    fields = .strings(headers)
  }

  /// Creates the description of a request from the bytes of its head.
  /// - Parameters:
  ///   - method: the method, upper case.
  ///   - path: the decoded path without the query.
  ///   - parameters: values of the route's placeholders.
  ///   - query: the query's values.
  ///   - head: the bytes that the ranges point into.
  ///   - fields: the header fields, names lower case.
  package init(
    method: String, path: String, parameters: [String: String], query: [String: String], head: [UInt8],
    fields: [HTTPFieldRange]
  ) {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.query = query
    self.fields = .bytes(head, fields)
  }

  /// The first value of a header field.
  /// - Parameter name: the field's name, lower case.
  /// - Returns: its value, or nil where the request has no such field.
  public func header(_ name: String) -> String? {
    switch fields {
    case .strings(let headers):
      return headers.first { $0.name == name }?.value
    case .bytes(let head, let ranges):
      let range = ranges.first { range in
        range.name.count == name.utf8.count && head[range.name].elementsEqual(name.utf8)
      }
      return range.map { String(decoding: head[$0.value], as: UTF8.self) }
    }
  }
}
