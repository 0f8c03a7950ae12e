/// Reads JSON text strictly as RFC 8259 writes it, without building a tree.
package struct JSONScanner: Sendable {
  /// One value and where it lies.
  package struct Value: Sendable {
    /// What the value is; containers are only skipped.
    package enum Kind: Sendable {
      case null
      case boolean(Bool)
      case number(String)
      case string(String)
      case container
    }

    package var kind: Kind
    package var range: Range<Int>
  }

  /// How deep containers may be nested.
  private static let maxDepth = 64

  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  /// Creates a scanner at the front of a text.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether bytes are one JSON value and nothing else.
  package static func isValid(_ bytes: [UInt8]) -> Bool {
    var scanner = JSONScanner(bytes)
    do {
      _ = try scanner.value()
      try scanner.end()
      return true
    } catch {
      return false
    }
  }

  /// The bytes of a value.
  package func text(of value: Value) -> [UInt8] { Array(bytes[value.range]) }

  /// Checks that nothing follows.
  package mutating func end() throws {
    skipBlanks()
    guard index == bytes.count else { throw malformed("something follows the end") }
  }

  /// Reads an object.
  /// - Parameter member: reads one member's value; called with its name.
  package mutating func object(_ member: (String, inout JSONScanner) throws -> Void) throws {
    try container(opens: 0x7B, closes: 0x7D) { scanner in
      guard scanner.peek() == 0x22 else { throw scanner.malformed("expected a member's name") }
      let name = try scanner.string()
      try scanner.expect(0x3A, "expected a colon")
      try member(name, &scanner)
    }
  }

  /// Reads an array.
  /// - Parameter element: reads one element.
  package mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try container(opens: 0x5B, closes: 0x5D, element)
  }

  private mutating func container(
    opens: UInt8, closes: UInt8, _ element: (inout JSONScanner) throws -> Void
  ) throws {
    try expect(opens, opens == 0x7B ? "expected an object" : "expected an array")
    depth += 1
    guard depth <= Self.maxDepth else { throw malformed("nested too deeply") }
    defer { depth -= 1 }
    if peek() == closes {
      index += 1
      return
    }
    while true {
      _ = peek()
      try element(&self)
      guard let byte = peek() else { throw malformed("ends too early") }
      index += 1
      if byte == closes { return }
      guard byte == 0x2C else { throw malformed("expected a comma or the end of the container") }
    }
  }

  /// Reads any value.
  package mutating func value() throws -> Value {
    guard let byte = peek() else { throw malformed("ends too early") }
    let start = index
    let kind: Value.Kind
    switch byte {
    case 0x22: kind = .string(try string())
    case 0x7B:
      try object { _, scanner in _ = try scanner.value() }
      kind = .container
    case 0x5B:
      try array { scanner in _ = try scanner.value() }
      kind = .container
    case 0x74: kind = try word("true", .boolean(true))
    case 0x66: kind = try word("false", .boolean(false))
    case 0x6E: kind = try word("null", .null)
    default: kind = .number(try number())
    }
    return Value(kind: kind, range: start..<index)
  }

  private mutating func word(_ word: StaticString, _ kind: Value.Kind) throws -> Value.Kind {
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[index...].starts(with: letters) else { throw malformed("expected a value") }
    index += letters.count
    return kind
  }

  private mutating func number() throws -> String {
    let start = index
    if current == 0x2D { index += 1 }
    if current == 0x30 { index += 1 } else { try digits() }
    if current == 0x2E {
      index += 1
      try digits()
    }
    if current == 0x65 || current == 0x45 {
      index += 1
      if current == 0x2B || current == 0x2D { index += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func digits() throws {
    let start = index
    while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
    guard index > start else { throw malformed("expected a value") }
  }

  /// Reads a string at its opening quote.
  package mutating func string() throws -> String {
    index += 1
    let start = index
    // Without escapes the bytes are the text.
    while let byte = current, byte != 0x22, byte != 0x5C, byte >= 0x20 { index += 1 }
    var text = Array(bytes[start..<index])
    while true {
      guard let byte = current else { throw malformed("a string does not end") }
      index += 1
      switch byte {
      case 0x22:
        guard let string = String(validating: text, as: UTF8.self) else { throw malformed("a string is no UTF-8") }
        return string
      case 0x5C: try escape(&text)
      case 0x00...0x1F: throw malformed("a string has a control character")
      default: text.append(byte)
      }
    }
  }

  private mutating func escape(_ text: inout [UInt8]) throws {
    guard let byte = current else { throw malformed("a string does not end") }
    index += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: text.append(byte)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x6E: text.append(0x0A)
    case 0x72: text.append(0x0D)
    case 0x74: text.append(0x09)
    case 0x75: text.append(contentsOf: Array(String(try scalar()).utf8))
    default: throw malformed("a string has an unknown escape")
    }
  }

  /// Reads what follows `\u`, the second half of a surrogate pair included.
  private mutating func scalar() throws -> Character {
    let first = try hexadecimal()
    var code = UInt32(first)
    if (0xD800...0xDBFF).contains(first) {
      guard bytes[index...].starts(with: [0x5C, 0x75]) else { throw malformed("half a surrogate pair") }
      index += 2
      let second = try hexadecimal()
      guard (0xDC00...0xDFFF).contains(second) else { throw malformed("half a surrogate pair") }
      code = 0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw malformed("half a surrogate pair") }
    return Character(scalar)
  }

  private mutating func hexadecimal() throws -> UInt16 {
    guard index + 4 <= bytes.count else { throw malformed("a string does not end") }
    var value: UInt16 = 0
    for byte in bytes[index..<(index + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("expected four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
    }
    index += 4
    return value
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// The next byte that is no blank.
  private mutating func peek() -> UInt8? {
    skipBlanks()
    return current
  }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func expect(_ byte: UInt8, _ message: String) throws {
    guard peek() == byte else { throw malformed(message) }
    index += 1
  }

  private func malformed(_ message: String) -> FunctionError {
    FunctionError(.badInput, code: "malformedJSON", "\(message), at byte \(index)")
  }
}
