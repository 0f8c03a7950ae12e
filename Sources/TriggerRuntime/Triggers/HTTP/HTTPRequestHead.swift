import FunctionKit

/// The head of a request: its bytes, and where the parts lie in them.
struct HTTPRequestHead: Sendable {
  /// Fields that the server or the trigger looks at; each is found while the head is parsed.
  enum KnownField: UInt8, CaseIterable, Sendable {
    case contentType, caller, idempotencyKey, requestID, traceparent, tracestate, prefer, invokeTimeout
    case logLevel, nuclioLogLevel, logs, nuclioLogs
  }

  /// The method, upper case.
  var method: String
  /// The bytes of the head; names of fields in lower case.
  var bytes: [UInt8]
  /// Where the path lies, percent-encoded.
  var path: Range<Int>
  /// Where the query lies, without its question mark; nil without one.
  var query: Range<Int>?
  /// Where the fields lie.
  var fields: [HTTPFieldRange]
  /// The known fields among them, as indices plus one; 0 is none.
  private var known: SIMD16<UInt16> = .zero
  /// Whether the connection stays open after the answer.
  var isKeepAlive = true
  /// Whether the request is of HTTP/1.0.
  var isVersion10 = false
  /// How many bytes the body has; nil where it is chunked.
  var contentLength: Int? = 0
  /// Whether the client waits for 100 (Continue) before it sends the body.
  var expectsContinue = false

  init(method: String, bytes: [UInt8], path: Range<Int>, query: Range<Int>?, fields: [HTTPFieldRange]) {
    self.method = method
    self.bytes = bytes
    self.path = path
    self.query = query
    self.fields = fields
  }

  /// Whether a body follows.
  var hasBody: Bool { contentLength != 0 }

  /// Remembers where a known field is.
  /// - Returns: false where it was there already.
  mutating func note(_ field: KnownField, at index: Int) -> Bool {
    guard known[Int(field.rawValue)] == 0 else { return false }
    known[Int(field.rawValue)] = UInt16(clamping: index + 1)
    return true
  }

  /// The bytes of a known field.
  func bytes(of field: KnownField) -> ArraySlice<UInt8>? {
    let index = Int(known[Int(field.rawValue)])
    guard index > 0, index <= fields.count else { return nil }
    return bytes[fields[index - 1].value]
  }

  /// The content type; the usual one costs no memory.
  var contentType: String? {
    guard let bytes = bytes(of: .contentType) else { return nil }
    return bytes.elementsEqual(Self.json.utf8) ? Self.json : String(decoding: bytes, as: UTF8.self)
  }

  private static let json = "application/json"

  /// The text of a known field.
  func text(of field: KnownField) -> String? {
    bytes(of: field).map { String(decoding: $0, as: UTF8.self) }
  }
}
