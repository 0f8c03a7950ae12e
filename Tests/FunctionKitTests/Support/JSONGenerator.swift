/// Writes random JSON texts as many programs would: any white space, escapes where none is needed, odd numbers.
struct JSONGenerator {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// A document of some depth.
  mutating func document() -> [UInt8] {
    var text = ""
    value(depth: 0, into: &text)
    return Array((space() + text + space()).utf8)
  }

  private mutating func value(depth: Int, into text: inout String) {
    switch random.below(depth < 4 ? 9 : 6) {
    case 0: text += ["true", "false", "null"][random.below(3)]
    case 1, 2, 3: text += number()
    case 4, 5: text += string()
    case 6, 7: list("{", "}", depth: depth, into: &text)
    default: list("[", "]", depth: depth, into: &text)
    }
  }

  private mutating func list(_ open: String, _ close: String, depth: Int, into text: inout String) {
    text += open + space()
    for index in 0..<random.below(5) {
      if index > 0 { text += space() + "," + space() }
      // Keys differ, since programs disagree on which of two equal ones counts.
      if open == "{" { text += "\"k\(index)" + string().dropFirst() + space() + ":" + space() }
      value(depth: depth + 1, into: &text)
    }
    text += space() + close
  }

  private mutating func space() -> String {
    random.chance(0.7) ? "" : (0...random.below(3)).map { _ in [" ", "\n", "\t", "\r"][random.below(4)] }.joined()
  }

  /// A number of any form that the standard allows, within the range of a double.
  mutating func number() -> String {
    var text = random.chance(0.3) ? "-" : ""
    text += random.chance(0.3) ? "0" : String(1 + random.below(9)) + digits(random.below(random.chance(0.2) ? 22 : 6))
    if random.chance(0.5) { text += "." + digits(1 + random.below(random.chance(0.2) ? 25 : 6)) }
    if random.chance(0.3) {
      text +=
        ["e", "E"][random.below(2)] + ["", "+", "-"][random.below(3)]
        + String(random.below(random.chance(0.1) ? 280 : 25))
    }
    return text
  }

  private mutating func digits(_ count: Int) -> String { (0..<count).map { _ in String(random.below(10)) }.joined() }

  /// A string with plain text, escapes, surrogate pairs and characters of every length in UTF-8.
  mutating func string() -> String {
    var text = "\""
    for _ in 0..<random.below(8) {
      switch random.below(9) {
      case 0: text += ["\\n", "\\t", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r"][random.below(8)]
      case 1: text += "\\u" + hex(random.below(0xD800))
      case 2: text += "\\u" + hex(0xD800 + random.below(0x400)) + "\\u" + hex(0xDC00 + random.below(0x400))
      case 3: text += ["é", "ß", "漢", "字", "🚕", "𝄞", "\u{7F}", "\u{FFFF}", "\u{10FFFF}"][random.below(9)]
      default: text += ["a", "Z", " ", "0", "{", "]", ":", ",", "'"][random.below(9)]
      }
    }
    return text + "\""
  }

  private mutating func hex(_ value: Int) -> String {
    let text = String(value, radix: 16, uppercase: random.chance(0.5))
    return String(repeating: "0", count: 4 - text.count) + text
  }

  private static let syntax = Array("{}[]\",:\\e.-+019ntu \u{1}".utf8)

  /// A text that differs in a few bytes.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.below(3) {
      let place = random.below(bytes.count + 1)
      switch random.below(5) {
      case 0 where place < bytes.count: bytes.remove(at: place)
      case 1 where place < bytes.count: bytes[place] = UInt8(random.below(256))
      case 2 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
      case 3: bytes.removeSubrange(min(place, bytes.count)..<min(place + random.below(6), bytes.count))
      default: bytes.insert(Self.syntax[random.below(Self.syntax.count)], at: place)
      }
    }
    return bytes
  }
}
