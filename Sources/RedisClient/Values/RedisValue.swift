/// An answer of the server, as RESP2 knows them.
package enum RedisValue: Sendable, Hashable {
  /// No value: a missing key, an empty pop, a transaction that did not run.
  case null
  /// A whole number.
  case integer(Int)
  /// A bulk string: any bytes.
  case bytes([UInt8])
  /// A simple string such as `OK`.
  case simple(String)
  /// An error inside an array; an error that is the whole answer is thrown instead.
  case error(RedisError)
  /// A list of answers.
  case array([RedisValue])

  /// Whether this is ``null``.
  package var isNull: Bool { self == .null }

  /// The whole number: an integer, or bytes that spell one.
  package func integer() throws(RedisError) -> Int {
    switch self {
    case .integer(let value): return value
    case .bytes(let bytes):
      guard let value = Int(decimal: bytes) else { throw mismatch("an integer") }
      return value
    default: throw mismatch("an integer")
    }
  }

  /// The number: an integer, or bytes that spell a finite number.
  package func double() throws(RedisError) -> Double {
    switch self {
    case .integer(let value): return Double(value)
    case .bytes, .simple:
      guard let value = Double(try string()), value.isFinite else { throw mismatch("a number") }
      return value
    default: throw mismatch("a number")
    }
  }

  /// The bytes of a bulk or simple string.
  package func bytes() throws(RedisError) -> [UInt8] {
    switch self {
    case .bytes(let bytes): return bytes
    case .simple(let text): return Array(text.utf8)
    default: throw mismatch("bytes")
    }
  }

  /// The bytes, or nil where there is no value.
  package func optionalBytes() throws(RedisError) -> [UInt8]? {
    if case .null = self { return nil }
    return try bytes()
  }

  /// The text of a bulk or simple string; bytes that are not UTF-8 are refused.
  package func string() throws(RedisError) -> String {
    switch self {
    case .simple(let text): return text
    case .bytes(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw mismatch("UTF-8") }
      return text
    default: throw mismatch("a string")
    }
  }

  /// The text, or nil where there is no value.
  package func optionalString() throws(RedisError) -> String? {
    if case .null = self { return nil }
    return try string()
  }

  /// The elements of an array.
  package func array() throws(RedisError) -> [RedisValue] {
    guard case .array(let elements) = self else { throw mismatch("an array") }
    return elements
  }

  /// The elements of an array, or nil where there is no value (a blocking read that ran out of time).
  package func optionalArray() throws(RedisError) -> [RedisValue]? {
    if case .null = self { return nil }
    return try array()
  }

  /// The fields and values of a flat list of pairs, such as `HGETALL` gives, in the server's order.
  package func pairs() throws(RedisError) -> [(key: RedisValue, value: RedisValue)] {
    let elements = try array()
    guard elements.count.isMultiple(of: 2) else { throw mismatch("pairs") }
    return stride(from: 0, to: elements.count, by: 2).map { (elements[$0], elements[$0 + 1]) }
  }

  /// The error of the wrong type; names types only, so that no value leaks into a log.
  private func mismatch(_ wanted: String) -> RedisError {
    if case .error(let error) = self { return error }
    return RedisError(.unexpectedReply, "wanted \(wanted), got \(typeName)")
  }

  private var typeName: String {
    switch self {
    case .null: "null"
    case .integer: "integer"
    case .bytes: "bytes"
    case .simple: "simple string"
    case .error: "error"
    case .array: "array"
    }
  }
}

extension Int {
  /// Reads an optional minus sign and decimal digits, all of them and nothing else; nil when it does not fit.
  init?(decimal bytes: some Collection<UInt8>) {
    var digits = bytes[...]
    let negative = digits.first == UInt8(ascii: "-")
    if negative { digits = digits.dropFirst() }
    guard !digits.isEmpty else { return nil }
    var value = 0
    for byte in digits {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, carried) = scaled.subtractingReportingOverflow(Int(byte &- 0x30))
      guard !overflow, !carried else { return nil }
      value = next
    }
    guard negative || value != Int.min else { return nil }
    self = negative ? value : -value
  }
}
