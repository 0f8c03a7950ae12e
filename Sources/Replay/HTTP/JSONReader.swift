/// A recursive-descent reader of JSON.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var cursor = 0

  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONAnswer? {
    var reader = JSONReader(bytes: bytes)
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skipSpace()
    return reader.cursor == bytes.count ? value : nil
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  private mutating func skipSpace() {
    while cursor < bytes.count {
      switch bytes[cursor] {
      case 0x20, 0x09, 0x0A, 0x0D: cursor += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard cursor < bytes.count, bytes[cursor] == byte else { return false }
    cursor += 1
    return true
  }

  private mutating func value(depth: Int) -> JSONAnswer? {
    skipSpace()
    guard depth < 64, cursor < bytes.count else { return nil }
    switch bytes[cursor] {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "t"): return word("true", .boolean(true))
    case UInt8(ascii: "f"): return word("false", .boolean(false))
    case UInt8(ascii: "n"): return word("null", .null)
    default: return number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONAnswer) -> JSONAnswer? {
    guard bytes.count - cursor >= word.utf8CodeUnitCount else { return nil }
    for index in 0..<word.utf8CodeUnitCount where bytes[cursor + index] != word.utf8Start[index] { return nil }
    cursor += word.utf8CodeUnitCount
    return value
  }

  private mutating func object(depth: Int) -> JSONAnswer? {
    cursor += 1
    var members: [JSONAnswer.Member] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard cursor < bytes.count, bytes[cursor] == UInt8(ascii: "\""), let name = string(), take(UInt8(ascii: ":")),
        let value = value(depth: depth + 1)
      else { return nil }
      members.append(JSONAnswer.Member(name: name, value: value))
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  private mutating func array(depth: Int) -> JSONAnswer? {
    cursor += 1
    var elements: [JSONAnswer] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      guard let value = value(depth: depth + 1) else { return nil }
      elements.append(value)
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  private mutating func number() -> JSONAnswer? {
    let start = cursor
    scan: while cursor < bytes.count {
      switch bytes[cursor] {
      case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: cursor += 1
      default: break scan
      }
    }
    guard cursor > start, let value = FieldParser.decimal(bytes[start..<cursor]) else { return nil }
    return .number(value)
  }

  private mutating func string() -> String? {
    cursor += 1
    let start = cursor
    while cursor < bytes.count {
      switch bytes[cursor] {
      case UInt8(ascii: "\""):
        let text = String(decoding: bytes[start..<cursor], as: UTF8.self)
        cursor += 1
        return text
      case UInt8(ascii: "\\"): return escapedString(from: start)
      case 0..<0x20: return nil
      default: cursor += 1
      }
    }
    return nil
  }

  private mutating func escapedString(from start: Int) -> String? {
    var text = Array(bytes[start..<cursor])
    while cursor < bytes.count {
      let byte = bytes[cursor]
      cursor += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard cursor < bytes.count else { return nil }
        let escape = bytes[cursor]
        cursor += 1
        switch escape {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"):
          guard let scalar = unicodeEscape() else { return nil }
          text.append(contentsOf: String(scalar).utf8)
        default: text.append(escape)
        }
      case 0..<0x20: return nil
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func unicodeEscape() -> Unicode.Scalar? {
    guard let first = hexadecimal() else { return nil }
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard cursor + 1 < bytes.count, bytes[cursor] == UInt8(ascii: "\\"), bytes[cursor + 1] == UInt8(ascii: "u") else {
      return "\u{FFFD}"
    }
    cursor += 2
    guard let second = hexadecimal() else { return nil }
    guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
    return Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private mutating func hexadecimal() -> UInt32? {
    guard cursor + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[cursor]
      cursor += 1
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46: value = value << 4 | UInt32(byte - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | UInt32(byte - 0x61 + 10)
      default: return nil
      }
    }
    return value
  }
}
