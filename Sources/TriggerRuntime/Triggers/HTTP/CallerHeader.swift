import FunctionKit

/// Reads who asks from `X-Cabstand-Caller`, until tokens prove it.
enum CallerHeader {
  /// The field's name.
  static let name = "x-cabstand-caller"

  /// The caller of a request.
  /// - Throws: `FunctionError` where the field is malformed.
  static func caller(of head: HTTPRequestHead) throws -> Caller {
    guard let text = head.text(of: .caller) else { return .anonymous }
    return try caller(text)
  }

  /// The caller that a field names.
  /// - Throws: `FunctionError` where it is malformed.
  static func caller(_ text: String) throws -> Caller {
    if text == "anonymous" { return .anonymous }
    let parts = text.split(separator: ":", maxSplits: 1)
    if parts.count == 2, (1...128).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    {
      let id = String(parts[1])
      switch parts[0] {
      case "driver": return .driver(id)
      case "rider": return .rider(id)
      case "operator": return .operator(id)
      case "service": return .service(id)
      default: break
      }
    }
    throw FunctionError(
      .badInput, code: "malformedCaller",
      "x-cabstand-caller must be driver:<id>, rider:<id>, operator:<id> or service:<id>", field: "x-cabstand-caller")
  }
}
