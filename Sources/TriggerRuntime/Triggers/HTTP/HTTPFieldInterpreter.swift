import FunctionKit

/// Reads those header fields that decide how long the body is and what becomes of the connection.
enum HTTPFieldInterpreter {
  /// What was seen of the fields that may be there only once or not together.
  private struct Seen {
    var hosts = 0
    var length: Int?
    var isChunked = false
    var closes = false
    var keepsAlive = false
  }

  /// Reads the fields of a head.
  /// - Throws: `HTTPParseError` where they contradict each other.
  static func interpret(_ head: inout HTTPRequestHead) throws(HTTPParseError) {
    var seen = Seen()
    for index in head.fields.indices {
      let field = head.fields[index]
      // The length of a name tells most of them apart without looking at it.
      switch field.name.count {
      case 4 where isNamed(head, field, "host"): seen.hosts += 1
      case 6 where isNamed(head, field, "expect"): try expect(&head, field)
      case 6 where isNamed(head, field, "prefer"): _ = head.note(.prefer, at: index)
      case 10 where isNamed(head, field, "connection"): connection(head, field, &seen)
      case 10 where isNamed(head, field, "tracestate"): _ = head.note(.tracestate, at: index)
      case 11 where isNamed(head, field, "traceparent"): _ = head.note(.traceparent, at: index)
      case 12 where isNamed(head, field, "content-type"): try once(&head, .contentType, index)
      case 12 where isNamed(head, field, "x-request-id"): try once(&head, .requestID, index)
      case 13 where isNamed(head, field, "x-nuclio-logs"): _ = head.note(.nuclioLogs, at: index)
      case 14 where isNamed(head, field, "content-length"): try length(head, field, &seen)
      case 15 where isNamed(head, field, "idempotency-key"): try once(&head, .idempotencyKey, index)
      case 15 where isNamed(head, field, "x-cabstand-logs"): _ = head.note(.logs, at: index)
      case 17 where isNamed(head, field, "x-cabstand-caller"): try once(&head, .caller, index)
      case 17 where isNamed(head, field, "transfer-encoding"): try coding(head, field, &seen)
      case 18 where isNamed(head, field, "x-nuclio-log-level"): _ = head.note(.nuclioLogLevel, at: index)
      case 20 where isNamed(head, field, "x-cabstand-log-level"): _ = head.note(.logLevel, at: index)
      case 23 where isNamed(head, field, "x-nuclio-invoke-timeout"): try once(&head, .invokeTimeout, index)
      default: break
      }
    }
    guard seen.hosts == 1 || (head.isVersion10 && seen.hosts == 0) else {
      throw .malformed("the request must have one host field, it has \(seen.hosts)")
    }
    if seen.isChunked {
      guard seen.length == nil, !head.isVersion10 else {
        throw .malformed("a chunked body can have no content-length, and not come by HTTP/1.0")
      }
      head.contentLength = nil
    } else {
      head.contentLength = seen.length ?? 0
    }
    head.isKeepAlive = !seen.closes && (!head.isVersion10 || seen.keepsAlive)
    if head.isVersion10 { head.expectsContinue = false }
  }

  private static func isNamed(_ head: HTTPRequestHead, _ field: HTTPFieldRange, _ name: StaticString) -> Bool {
    head.bytes.withUnsafeBytes { bytes in
      let part = UnsafeRawBufferPointer(rebasing: bytes[field.name])
      return part.elementsEqual(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
  }

  private static func once(
    _ head: inout HTTPRequestHead, _ field: HTTPRequestHead.KnownField, _ index: Int
  ) throws(HTTPParseError) {
    guard head.note(field, at: index) else {
      throw .malformed("\(String(decoding: head.bytes[head.fields[index].name], as: UTF8.self)) is there twice")
    }
  }

  private static func length(
    _ head: HTTPRequestHead, _ field: HTTPFieldRange, _ seen: inout Seen
  ) throws(HTTPParseError) {
    let digits = head.bytes[field.value]
    guard seen.length == nil, !digits.isEmpty, digits.count <= 18, digits.allSatisfy(HTTPHeadParser.isDigit) else {
      throw .malformed("content-length must be one number")
    }
    seen.length = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func coding(
    _ head: HTTPRequestHead, _ field: HTTPFieldRange, _ seen: inout Seen
  ) throws(HTTPParseError) {
    guard !seen.isChunked else { throw .malformed("transfer-encoding is there twice") }
    guard equalsIgnoringCase(head.bytes[field.value], "chunked") else { throw .codingNotSupported }
    seen.isChunked = true
  }

  private static func expect(_ head: inout HTTPRequestHead, _ field: HTTPFieldRange) throws(HTTPParseError) {
    guard equalsIgnoringCase(head.bytes[field.value], "100-continue") else {
      throw .malformed("the only expectation that this server knows is 100-continue")
    }
    head.expectsContinue = true
  }

  private static func connection(_ head: HTTPRequestHead, _ field: HTTPFieldRange, _ seen: inout Seen) {
    for option in head.bytes[field.value].split(separator: 0x2C) {
      let name = option.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 }
      if equalsIgnoringCase(name, "close") { seen.closes = true }
      if equalsIgnoringCase(name, "keep-alive") { seen.keepsAlive = true }
    }
  }

  /// Whether bytes spell a word of lower-case letters in either case.
  static func equalsIgnoringCase(_ bytes: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
    let word = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    return bytes.count == word.count
      && zip(bytes, word).allSatisfy { byte, letter in
        byte == letter || ((0x41...0x5A).contains(byte) && byte | 0x20 == letter)
      }
  }
}
