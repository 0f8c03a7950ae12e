import DispatchAPI
import FunctionKit
import Testing

/// What a caller gets: an answer of a function, or the failure that stands for one.
struct Answer {
  var status: Int
  /// The stable code of a failure.
  var code: String?
  /// The field at fault.
  var field: String?
  var headers: [(name: String, value: String)] = []
  var contentType: String?
  var bytes: [UInt8] = []
  /// The events of a feed.
  var events: (any AsyncSequence<ServerSentEvent, any Error> & Sendable)?

  init(_ response: Response) {
    status = response.status
    headers = response.headers
    contentType = response.contentType
    switch response.body {
    case .empty: break
    case .bytes(let bytes): self.bytes = bytes
    case .events(let events): self.events = events
    }
  }

  init(_ error: FunctionError) {
    status = error.status
    code = error.code
    field = error.field
  }

  /// The body; null where it is no JSON.
  var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }

  subscript(_ name: String) -> JSONValue? { json[name] }

  /// Status, code and field in one text, for comparisons.
  var summary: String {
    [String(status), code, field].compactMap(\.self).joined(separator: " ")
  }

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension JSONValue {
  /// An element; nil where there is none.
  subscript(_ index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The elements of an array; none where it is no array.
  var items: [JSONValue] { elements ?? [] }

  /// The names of an object's members.
  var names: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
}
