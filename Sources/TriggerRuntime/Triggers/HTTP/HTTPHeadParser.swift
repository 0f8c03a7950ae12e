import FunctionKit

/// Reads the head of an HTTP/1.1 request, strictly as RFC 9112 writes it: whatever two parsers could read in two ways is refused.
struct HTTPHeadParser: Sendable {
  /// The largest head and its parts.
  struct Limits: Sendable {
    var maxHeaderBytes: Int
    var maxHeaderCount: Int
    var maxURIBytes: Int
  }

  private enum Byte {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let colon: UInt8 = 0x3A
    static let slash: UInt8 = 0x2F
    static let questionMark: UInt8 = 0x3F
  }

  /// The longest method that is read.
  private static let maxMethodBytes = 32

  let limits: Limits

  /// Finds the end of a head.
  /// - Parameters:
  ///   - bytes: what has come so far.
  ///   - scanned: how much of it was looked at in vain before; moved on.
  /// - Returns: how long the head is, the empty line included, or nil where it is not complete.
  /// - Throws: `HTTPParseError` where it is too long already.
  func headLength(in bytes: UnsafeRawBufferPointer, scanned: inout Int) throws(HTTPParseError) -> Int? {
    var index = max(scanned, 3)
    while index < bytes.count {
      // Looks at the last byte of a possible end and steps as far as that byte allows.
      switch bytes[index] {
      case Byte.lineFeed:
        if bytes[index - 1] == Byte.carriageReturn, bytes[index - 2] == Byte.lineFeed,
          bytes[index - 3] == Byte.carriageReturn
        {
          let length = index + 1
          guard length <= limits.maxHeaderBytes else { throw tooLong(bytes) }
          return length
        }
        index += 2
      case Byte.carriageReturn: index += 1
      default: index += 4
      }
    }
    // A step may have gone past the end; the next look begins where an end could still lie.
    scanned = max(3, bytes.count - 3)
    if bytes.count > limits.maxHeaderBytes { throw tooLong(bytes) }
    return nil
  }

  /// Whether a head is too long for its target or for its fields.
  private func tooLong(_ bytes: UnsafeRawBufferPointer) -> HTTPParseError {
    let firstLine = bytes.prefix(limits.maxURIBytes + Self.maxMethodBytes + 16)
    return firstLine.contains(Byte.lineFeed) || bytes.count <= limits.maxURIBytes ? .headersTooLarge : .uriTooLong
  }

  /// Reads a head.
  /// - Parameter raw: the head from the method to the empty line, both included.
  /// - Throws: `HTTPParseError`.
  func parse(_ raw: UnsafeRawBufferPointer) throws(HTTPParseError) -> HTTPRequestHead {
    var bytes = [UInt8](raw)
    var cursor = 0
    let method = try self.method(bytes, &cursor)
    let target = try self.target(bytes, &cursor)
    let isVersion10 = try version(bytes, &cursor)
    let (path, query) = try parts(of: target, in: bytes, method: method)
    let fields = try self.fields(&bytes, &cursor)
    var head = HTTPRequestHead(method: method, bytes: bytes, path: path, query: query, fields: fields)
    head.isVersion10 = isVersion10
    head.isKeepAlive = !isVersion10
    try HTTPFieldInterpreter.interpret(&head)
    return head
  }

  private func method(_ bytes: [UInt8], _ cursor: inout Int) throws(HTTPParseError) -> String {
    let start = cursor
    while cursor < bytes.count, Self.isToken(bytes[cursor]) { cursor += 1 }
    guard cursor > start, cursor - start <= Self.maxMethodBytes, cursor < bytes.count, bytes[cursor] == Byte.space
    else { throw .malformed("the request does not begin with a method") }
    defer { cursor += 1 }
    return String(decoding: bytes[start..<cursor], as: UTF8.self)
  }

  private func target(_ bytes: [UInt8], _ cursor: inout Int) throws(HTTPParseError) -> Range<Int> {
    let start = cursor
    while cursor < bytes.count, bytes[cursor] > Byte.space, bytes[cursor] < 0x7F { cursor += 1 }
    guard cursor - start <= limits.maxURIBytes else { throw .uriTooLong }
    guard cursor > start, cursor < bytes.count, bytes[cursor] == Byte.space else {
      throw .malformed("the request target has characters that it must not have")
    }
    defer { cursor += 1 }
    return start..<cursor
  }

  /// - Returns: whether it is HTTP/1.0.
  private func version(_ bytes: [UInt8], _ cursor: inout Int) throws(HTTPParseError) -> Bool {
    let line = bytes[cursor...].prefix(10)
    guard line.count == 10, line.starts(with: "HTTP/".utf8), Self.isDigit(line[cursor + 5]), line[cursor + 6] == 0x2E,
      Self.isDigit(line[cursor + 7]), line[cursor + 8] == Byte.carriageReturn, line[cursor + 9] == Byte.lineFeed
    else { throw .malformed("the request line does not end with a version of HTTP") }
    let major = line[cursor + 5]
    let minor = line[cursor + 7]
    guard major == 0x31, minor == 0x30 || minor == 0x31 else { throw .versionNotSupported }
    cursor += 10
    return minor == 0x30
  }

  /// Path and query of a target in origin form, or in absolute form as proxies write it.
  private func parts(
    of target: Range<Int>, in bytes: [UInt8], method: String
  ) throws(HTTPParseError) -> (path: Range<Int>, query: Range<Int>?) {
    var start = target.lowerBound
    if bytes[start] != Byte.slash {
      let text = bytes[target]
      if text.elementsEqual("*".utf8), method == "OPTIONS" { return (target, nil) }
      let scheme = Array(text.prefix(8).map { $0 | 0x20 })
      let length = scheme.starts(with: "http://".utf8) ? 7 : scheme.starts(with: "https://".utf8) ? 8 : 0
      guard length > 0 else { throw .malformed("the request target must begin with a slash") }
      start = text.dropFirst(length).firstIndex { $0 == Byte.slash || $0 == Byte.questionMark } ?? target.upperBound
      guard start < target.upperBound, bytes[start] == Byte.slash else {
        throw .malformed("the request target has no path")
      }
    }
    let rest = bytes[start..<target.upperBound]
    guard let mark = rest.firstIndex(of: Byte.questionMark) else { return (start..<target.upperBound, nil) }
    return (start..<mark, (mark + 1)..<target.upperBound)
  }

  private func fields(_ bytes: inout [UInt8], _ cursor: inout Int) throws(HTTPParseError) -> [HTTPFieldRange] {
    var fields: [HTTPFieldRange] = []
    fields.reserveCapacity(12)
    while cursor < bytes.count, bytes[cursor] != Byte.carriageReturn {
      guard fields.count < limits.maxHeaderCount else { throw .headersTooLarge }
      fields.append(try field(&bytes, &cursor))
    }
    guard cursor + 2 == bytes.count, bytes[cursor + 1] == Byte.lineFeed else {
      throw .malformed("the head does not end with an empty line")
    }
    return fields
  }

  private func field(_ bytes: inout [UInt8], _ cursor: inout Int) throws(HTTPParseError) -> HTTPFieldRange {
    let nameStart = cursor
    while cursor < bytes.count, Self.isToken(bytes[cursor]) {
      if (0x41...0x5A).contains(bytes[cursor]) { bytes[cursor] |= 0x20 }
      cursor += 1
    }
    // Also refuses a space before the colon and a folded line, which smuggle requests past other parsers.
    guard cursor > nameStart, cursor < bytes.count, bytes[cursor] == Byte.colon else {
      throw .malformed("a header field's name has characters that it must not have")
    }
    let nameEnd = cursor
    cursor += 1
    while cursor < bytes.count, bytes[cursor] == Byte.space || bytes[cursor] == Byte.tab { cursor += 1 }
    let valueStart = cursor
    while cursor < bytes.count, bytes[cursor] >= Byte.space || bytes[cursor] == Byte.tab, bytes[cursor] != 0x7F {
      cursor += 1
    }
    var valueEnd = cursor
    while valueEnd > valueStart, bytes[valueEnd - 1] == Byte.space || bytes[valueEnd - 1] == Byte.tab { valueEnd -= 1 }
    guard cursor + 1 < bytes.count, bytes[cursor] == Byte.carriageReturn, bytes[cursor + 1] == Byte.lineFeed else {
      throw .malformed("a header field's value has characters that it must not have")
    }
    cursor += 2
    return HTTPFieldRange(
      nameStart: UInt32(clamping: nameStart), nameEnd: UInt32(clamping: nameEnd),
      valueStart: UInt32(clamping: valueStart), valueEnd: UInt32(clamping: valueEnd))
  }

  /// The characters of RFC 9110's tokens.
  private static let tokens: [Bool] = {
    var tokens = [Bool](repeating: false, count: 256)
    for byte in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8 {
      tokens[Int(byte)] = true
    }
    return tokens
  }()

  static func isToken(_ byte: UInt8) -> Bool { tokens[Int(byte)] }
  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
