import FunctionKit

/// A path with placeholders, taken apart.
struct HTTPPathTemplate: Sendable, Equatable {
  enum Segment: Sendable, Equatable {
    case literal([UInt8])
    case placeholder
  }

  let text: String
  let segments: [Segment]
  let placeholders: [String]

  /// Reads a template.
  /// - Parameter text: `/v1/offers/{id}/accept`.
  /// - Throws: `SetupError` where it is none.
  init(_ text: String) throws {
    guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3F && $0 != 0x23 }) else {
      throw SetupError("the path \"\(text)\" must begin with a slash and have neither blanks nor a query")
    }
    var segments: [Segment] = []
    var names: [String] = []
    for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard part.contains("{") || part.contains("}") else {
        segments.append(.literal(Array(part.utf8)))
        continue
      }
      let name = String(part.dropFirst().dropLast())
      guard part.hasPrefix("{"), part.hasSuffix("}"), !name.isEmpty,
        name.utf8.allSatisfy({ HTTPHeadParser.isToken($0) }), !name.contains("{"), !name.contains("}")
      else { throw SetupError("the path \"\(text)\" has \"\(part)\"; expected a whole segment such as {id}") }
      guard !names.contains(name) else { throw SetupError("the path \"\(text)\" has the placeholder \(name) twice") }
      names.append(name)
      segments.append(.placeholder)
    }
    self.text = text
    self.segments = segments
    placeholders = names
  }
}
