/// Blanks what is not code in a Swift text, so that a search finds neither comments nor strings.
enum CodeOnly {
  /// What the scanner is inside of.
  private enum Place {
    /// Code; inside an interpolation it ends when the parentheses are balanced.
    case code(openParentheses: Int, isInterpolation: Bool)
    /// A string literal with so many `#` before its quotes.
    case string(hashes: Int, quotes: Int)
  }

  /// The same text with comments and string contents replaced by blanks; lines stay where they are.
  static func of(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result = bytes
    var places = [Place.code(openParentheses: 0, isInterpolation: false)]
    var index = 0

    func count(_ byte: Character, at start: Int, upTo limit: Int = .max) -> Int {
      var end = start
      while end < bytes.count, bytes[end] == byte.asciiValue, end - start < limit { end += 1 }
      return end - start
    }
    func blank(_ range: Range<Int>) {
      for position in range.clamped(to: bytes.indices) where bytes[position] != 0x0A { result[position] = 0x20 }
      index = range.upperBound
    }
    func starts(_ prefix: String, at start: Int) -> Bool { bytes[start...].starts(with: prefix.utf8) }

    while index < bytes.count, let place = places.last {
      switch place {
      case .code(let open, let isInterpolation):
        if starts("//", at: index) {
          blank(index..<(bytes[index...].firstIndex(of: 0x0A) ?? bytes.count))
        } else if starts("/*", at: index) {
          blank(index..<endOfComment(bytes, from: index))
        } else {
          let hashes = count("#", at: index)
          let quotes = count("\"", at: index + hashes, upTo: 3)
          if quotes > 0 {
            // Two quotes are an empty string, not the beginning of one.
            if quotes != 2 { places.append(.string(hashes: hashes, quotes: quotes)) }
            index += hashes + quotes
          } else {
            let change = bytes[index] == 0x28 ? 1 : bytes[index] == 0x29 ? -1 : 0
            places.removeLast()
            if !(isInterpolation && open + change == 0) {
              places.append(.code(openParentheses: open + change, isInterpolation: isInterpolation))
            }
            index += 1
          }
        }
      case .string(let hashes, let quotes):
        let ends = String(repeating: "\"", count: quotes) + String(repeating: "#", count: hashes)
        let escape = "\\" + String(repeating: "#", count: hashes)
        if starts(ends, at: index) {
          places.removeLast()
          index += ends.utf8.count
        } else if starts(escape + "(", at: index) {
          places.append(.code(openParentheses: 1, isInterpolation: true))
          blank(index..<index + escape.utf8.count)
          index += 1
        } else if starts(escape, at: index) {
          blank(index..<index + escape.utf8.count + 1)
        } else {
          blank(index..<index + 1)
        }
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func endOfComment(_ bytes: [UInt8], from start: Int) -> Int {
    var depth = 0
    var index = start
    while index < bytes.count {
      if bytes[index...].starts(with: "/*".utf8) {
        depth += 1
        index += 2
      } else if bytes[index...].starts(with: "*/".utf8) {
        depth -= 1
        index += 2
        if depth == 0 { break }
      } else {
        index += 1
      }
    }
    return index
  }
}
