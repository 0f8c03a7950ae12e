/// Reads JSON (RFC 8259) from bytes, front to back, without building anything that is not asked for.
///
/// Refuses what the standard refuses: invalid UTF-8, lone surrogates, control characters in strings, leading zeros, trailing commas.
package struct JSONScanner {
  /// How deep arrays and objects may nest.
  package static let maximumDepth = 64

  private let bytes: UnsafeBufferPointer<UInt8>
  /// The next byte to read.
  package private(set) var offset = 0

  /// Reads from bytes that must stay valid while the scanner is used.
  package init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// Skips white space and shows the next byte without taking it; nil at the end.
  package mutating func peek() -> UInt8? {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    return nil
  }

  /// Takes a byte after white space.
  package mutating func take(_ byte: UInt8) throws(JSONError) {
    guard peek() == byte else { throw failure("\"\(Character(UnicodeScalar(byte)))\"") }
    offset += 1
  }

  /// Takes a byte after white space if it is there.
  package mutating func takeIfPresent(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }

  /// Checks that nothing but white space is left.
  package mutating func finish() throws(JSONError) {
    if peek() != nil { throw failure("the end of the text") }
  }

  /// The error that something else was expected at the present place.
  package func failure(_ expected: String) -> JSONError {
    JSONError(offset: offset, expected: expected)
  }

  /// Bytes that were read.
  package func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[range])
  }

  /// Whether bytes are one JSON value and nothing else.
  package static func isValid(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      do throws(JSONError) {
        try scanner.skipValue()
        try scanner.finish()
        return true
      } catch {
        return false
      }
    }
  }

  // MARK: Strings

  /// Takes a string.
  /// - Returns: the range of its bytes between the quotes, and whether it is plain ASCII without escapes, so that the bytes are the text.
  package mutating func takeRawString() throws(JSONError) -> (range: Range<Int>, isPlain: Bool) {
    try take(UInt8(ascii: "\""))
    let start = offset
    var isPlain = true
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        let range = start..<offset
        offset += 1
        return (range, isPlain)
      }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        offset += 1
      } else if byte < 0x20 {
        throw failure("no control character in a string")
      } else if byte >= 0x80 {
        isPlain = false
      }
      offset += 1
    }
    offset = bytes.count
    throw failure("the end of a string")
  }

  /// Takes a string as text.
  package mutating func takeString() throws(JSONError) -> String {
    try text(of: takeRawString())
  }

  /// The text of a string that was taken raw.
  package func text(of string: (range: Range<Int>, isPlain: Bool)) throws(JSONError) -> String {
    string.isPlain ? String(decoding: slice(string.range), as: UTF8.self) : try unescape(string.range)
  }

  private func unescape(_ range: Range<Int>) throws(JSONError) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      let escape = index < range.upperBound ? bytes[index] : 0
      index += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        let scalar = try unescapeScalar(&index, range)
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
      default: throw JSONError(offset: index - 1, expected: "an escape such as \\n or \\u0041")
      }
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw JSONError(offset: range.lowerBound, expected: "valid UTF-8")
    }
    return string
  }

  private func unescapeScalar(_ index: inout Int, _ range: Range<Int>) throws(JSONError) -> Unicode.Scalar {
    let first = try hexQuad(&index, range)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), index + 1 < range.upperBound, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw JSONError(offset: index, expected: "a pair of surrogates") }
    index += 2
    let second = try hexQuad(&index, range)
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw JSONError(offset: index, expected: "a pair of surrogates") }
    return scalar
  }

  private func hexQuad(_ index: inout Int, _ range: Range<Int>) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < range.upperBound, let digit = HexDigit.value(of: bytes[index]) else {
        throw JSONError(offset: index, expected: "four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  // MARK: Numbers and words

  /// Takes a number.
  package mutating func takeNumber() throws(JSONError) -> JSONNumber {
    _ = peek()
    let start = offset
    let isNegative = offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    var isExact = true
    func digit() -> UInt64? {
      guard offset < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[offset] else { return nil }
      return UInt64(bytes[offset] &- UInt8(ascii: "0"))
    }
    let integerStart = offset
    while let next = digit() {
      if digits < 19 { mantissa = mantissa * 10 + next } else { isExact = false }
      if mantissa != 0 { digits += 1 }
      offset += 1
    }
    guard offset > integerStart else { throw failure("a number") }
    if bytes[integerStart] == UInt8(ascii: "0"), offset - integerStart > 1 {
      throw JSONError(offset: integerStart, expected: "no leading zero")
    }
    var isInteger = true
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      isInteger = false
      offset += 1
      let fractionStart = offset
      while let next = digit() {
        if digits < 19 {
          mantissa = mantissa * 10 + next
          exponent -= 1
        } else {
          isExact = false
        }
        if mantissa != 0 { digits += 1 }
        offset += 1
      }
      guard offset > fractionStart else { throw failure("a digit after the point") }
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      isExact = false
      offset += 1
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") { offset += 1 }
      let exponentStart = offset
      while digit() != nil { offset += 1 }
      guard offset > exponentStart else { throw failure("a digit of the exponent") }
    }
    if isInteger, isExact, let integer = Self.integer(mantissa, isNegative: isNegative) { return .integer(integer) }
    // Exact by Clinger's fast path: both operands are representable.
    if isExact, mantissa < 1 << 53, exponent >= -22 {
      let value = Double(mantissa) / JSONNumber.powersOfTen[-exponent]
      return .double(isNegative ? -value : value)
    }
    let value = Double(String(decoding: slice(start..<offset), as: UTF8.self))
    return .double(value ?? .infinity)
  }

  /// A whole number, where it fits; minus zero is none.
  private static func integer(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
    guard isNegative else { return Int64(exactly: magnitude) }
    guard magnitude > 0, magnitude <= Int64.min.magnitude else { return nil }
    return Int64(truncatingIfNeeded: 0 &- magnitude)
  }

  /// Takes one of the words `true`, `false`, `null`.
  private mutating func takeWord(_ word: StaticString) throws(JSONError) {
    let count = word.utf8CodeUnitCount
    guard offset + count <= bytes.count else { throw failure("a value") }
    for index in 0..<count where bytes[offset + index] != word.utf8Start[index] { throw failure("a value") }
    offset += count
  }

  /// Takes `true` or `false`; nil, with nothing taken, where the next value is neither.
  package mutating func takeBoolIfPresent() throws(JSONError) -> Bool? {
    switch peek() {
    case UInt8(ascii: "t"):
      try takeWord("true")
      return true
    case UInt8(ascii: "f"):
      try takeWord("false")
      return false
    default:
      return nil
    }
  }

  /// Takes `null` if it is there.
  package mutating func takeNullIfPresent() throws(JSONError) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try takeWord("null")
    return true
  }

  // MARK: Any value

  /// Takes the next value, whatever it is, and forgets it.
  package mutating func skipValue(depth: Int = 0) throws(JSONError) {
    guard depth < Self.maximumDepth else { throw failure("at most \(Self.maximumDepth) levels") }
    switch peek() {
    case UInt8(ascii: "\""):
      let (range, isPlain) = try takeRawString()
      if !isPlain { _ = try unescape(range) }
    case UInt8(ascii: "{"):
      try takeObject { scanner, _ throws(JSONError) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      try takeArray { scanner, _ throws(JSONError) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      _ = try takeBoolIfPresent()
    case UInt8(ascii: "n"):
      _ = try takeNullIfPresent()
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      _ = try takeNumber()
    default:
      throw failure("a value")
    }
  }

  /// Takes an object, handing over each key with the scanner before its value, which the closure must take.
  package mutating func takeObject(
    _ member: (inout JSONScanner, (range: Range<Int>, isPlain: Bool)) throws(JSONError) -> Void
  ) throws(JSONError) {
    try take(UInt8(ascii: "{"))
    if takeIfPresent(UInt8(ascii: "}")) { return }
    repeat {
      guard peek() == UInt8(ascii: "\"") else { throw failure("a key") }
      let key = try takeRawString()
      if !key.isPlain { _ = try unescape(key.range) }
      try take(UInt8(ascii: ":"))
      try member(&self, key)
    } while takeIfPresent(UInt8(ascii: ","))
    guard peek() == UInt8(ascii: "}") else { throw failure("\",\" or \"}\"") }
    offset += 1
  }

  /// Takes an array, handing over each index with the scanner before its element, which the closure must take.
  package mutating func takeArray(
    _ element: (inout JSONScanner, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    try take(UInt8(ascii: "["))
    if takeIfPresent(UInt8(ascii: "]")) { return }
    var index = 0
    repeat {
      try element(&self, index)
      index += 1
    } while takeIfPresent(UInt8(ascii: ","))
    guard peek() == UInt8(ascii: "]") else { throw failure("\",\" or \"]\"") }
    offset += 1
  }

  /// Takes the next value whole.
  package mutating func takeValue(depth: Int = 0) throws(JSONError) -> JSONValue {
    guard depth < Self.maximumDepth else { throw failure("at most \(Self.maximumDepth) levels") }
    switch peek() {
    case UInt8(ascii: "\""):
      return .string(try takeString())
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try takeObject { scanner, key throws(JSONError) in
        let name = try scanner.text(of: key)
        members[name] = try scanner.takeValue(depth: depth + 1)
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try takeArray { scanner, _ throws(JSONError) in elements.append(try scanner.takeValue(depth: depth + 1)) }
      return .array(elements)
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      return .bool(try takeBoolIfPresent() ?? false)
    case UInt8(ascii: "n"):
      _ = try takeNullIfPresent()
      return .null
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return .number(try takeNumber())
    default:
      throw failure("a value")
    }
  }
}
