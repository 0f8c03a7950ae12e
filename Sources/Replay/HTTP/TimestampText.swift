/// RFC 3339 times.
package enum TimestampText {
  /// Reads `2008-06-07T00:00:00.000Z` or one with an offset.
  /// - Returns: milliseconds since 1970; nil where the text is no time.
  package static func unixMilliseconds(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { utf8 -> Int64? in
      guard utf8.count >= 20, let seconds = FieldParser.civilSeconds(utf8[0..<19]) else { return nil }
      var cursor = 19
      var milliseconds: Int64 = 0
      if utf8[cursor] == 0x2E {
        cursor += 1
        var scale: Int64 = 100
        while cursor < utf8.count, case let digit = utf8[cursor] &- 0x30, digit < 10 {
          milliseconds += Int64(digit) * scale
          scale /= 10
          cursor += 1
        }
      }
      guard cursor < utf8.count else { return nil }
      var offset: Int64 = 0
      switch utf8[cursor] {
      case UInt8(ascii: "Z"), UInt8(ascii: "z"):
        guard cursor + 1 == utf8.count else { return nil }
      case UInt8(ascii: "+"), UInt8(ascii: "-"):
        guard cursor + 6 == utf8.count, utf8[cursor + 3] == UInt8(ascii: ":"),
          let hours = FieldParser.integer(utf8[cursor + 1..<cursor + 3]),
          let minutes = FieldParser.integer(utf8[cursor + 4..<cursor + 6])
        else { return nil }
        offset = (hours * 3_600 + minutes * 60) * (utf8[cursor] == UInt8(ascii: "-") ? -1 : 1)
      default: return nil
      }
      return (seconds - offset) * 1_000 + milliseconds
    }
  }
}
