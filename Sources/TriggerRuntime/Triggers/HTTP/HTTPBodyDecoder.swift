import FunctionKit

/// Takes a body apart: of a known length, or chunked.
struct HTTPBodyDecoder: Sendable {
  private enum State {
    case fixed(remaining: Int)
    case chunkSize(value: Int, digits: Int, length: Int)
    case chunkExtension(value: Int, length: Int)
    case chunkSizeEnd(value: Int)
    case chunkData(remaining: Int)
    case chunkEnd(seenReturn: Bool)
    case trailer(lineLength: Int, total: Int, seenReturn: Bool)
    case done
  }

  /// The longest line with a chunk's size, extensions included.
  private static let maxSizeLineBytes = 256
  /// The largest trailer, which is read and forgotten.
  private static let maxTrailerBytes = 8_192

  private var state: State
  /// How many bytes of the body came so far.
  private(set) var received = 0
  /// The largest body.
  private let maxBodyBytes: Int

  /// Creates a decoder.
  /// - Parameters:
  ///   - contentLength: how long the body is; nil is chunked.
  ///   - maxBodyBytes: the largest body.
  init(contentLength: Int?, maxBodyBytes: Int) {
    self.maxBodyBytes = maxBodyBytes
    if let contentLength {
      state = contentLength > 0 ? .fixed(remaining: contentLength) : .done
    } else {
      state = .chunkSize(value: 0, digits: 0, length: 0)
    }
  }

  /// Whether the body is complete.
  var isDone: Bool {
    if case .done = state { return true }
    return false
  }

  /// How many bytes are still to come; nil where only the sender knows.
  var remaining: Int? {
    switch state {
    case .fixed(let remaining): remaining
    case .done: 0
    default: nil
    }
  }

  /// Takes bytes.
  /// - Parameters:
  ///   - bytes: what came.
  ///   - body: called with parts of the body, in order.
  /// - Returns: how many bytes were taken; fewer than there were only where the body is complete.
  /// - Throws: `HTTPParseError`.
  mutating func decode(
    _ bytes: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void
  ) throws(HTTPParseError) -> Int {
    var index = 0
    while index < bytes.count {
      switch state {
      case .done:
        return index
      case .fixed(let remaining):
        let count = min(remaining, bytes.count - index)
        try take(bytes, &index, count, body)
        state = remaining == count ? .done : .fixed(remaining: remaining - count)
      case .chunkData(let remaining):
        let count = min(remaining, bytes.count - index)
        try take(bytes, &index, count, body)
        state = remaining == count ? .chunkEnd(seenReturn: false) : .chunkData(remaining: remaining - count)
      default:
        try step(bytes[index])
        index += 1
      }
    }
    return index
  }

  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ count: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(HTTPParseError) {
    guard count <= maxBodyBytes - received else { throw .bodyTooLarge }
    body(UnsafeRawBufferPointer(rebasing: bytes[index..<(index + count)]))
    received += count
    index += count
  }

  /// Takes one byte of what surrounds the chunks.
  private mutating func step(_ byte: UInt8) throws(HTTPParseError) {
    switch state {
    case .chunkSize(let value, let digits, let length):
      try sizeByte(byte, value: value, digits: digits, length: length)
    case .chunkExtension(let value, let length):
      if byte == 0x0D {
        state = .chunkSizeEnd(value: value)
      } else {
        guard length < Self.maxSizeLineBytes, byte >= 0x20 || byte == 0x09, byte != 0x7F else {
          throw .malformed("a chunk's extensions are too long or not text")
        }
        state = .chunkExtension(value: value, length: length + 1)
      }
    case .chunkSizeEnd(let value):
      guard byte == 0x0A else { throw .malformed("a chunk's size must end with CR and LF") }
      guard value <= maxBodyBytes - received else { throw .bodyTooLarge }
      state = value > 0 ? .chunkData(remaining: value) : .trailer(lineLength: 0, total: 0, seenReturn: false)
    case .chunkEnd(let seenReturn):
      guard byte == (seenReturn ? 0x0A : 0x0D) else { throw .malformed("a chunk is longer than its size says") }
      state = seenReturn ? .chunkSize(value: 0, digits: 0, length: 0) : .chunkEnd(seenReturn: true)
    case .trailer(let lineLength, let total, let seenReturn):
      try trailerByte(byte, lineLength: lineLength, total: total, seenReturn: seenReturn)
    case .fixed, .chunkData, .done:
      break
    }
  }

  private mutating func sizeByte(_ byte: UInt8, value: Int, digits: Int, length: Int) throws(HTTPParseError) {
    guard let digit = HexDigit.value(of: byte) else {
      switch byte {
      case 0x3B where digits > 0: state = .chunkExtension(value: value, length: length + 1)
      case 0x0D where digits > 0: state = .chunkSizeEnd(value: value)
      default: throw .malformed("a chunk must begin with its size in hexadecimal digits")
      }
      return
    }
    guard digits < 15 else { throw .bodyTooLarge }
    state = .chunkSize(value: value * 16 + Int(digit), digits: digits + 1, length: length + 1)
  }

  private mutating func trailerByte(
    _ byte: UInt8, lineLength: Int, total: Int, seenReturn: Bool
  ) throws(HTTPParseError) {
    guard total < Self.maxTrailerBytes else { throw .headersTooLarge }
    if seenReturn {
      guard byte == 0x0A else { throw .malformed("a line of the trailer must end with CR and LF") }
      state = lineLength == 0 ? .done : .trailer(lineLength: 0, total: total + 1, seenReturn: false)
      return
    }
    if byte == 0x0D {
      state = .trailer(lineLength: lineLength, total: total + 1, seenReturn: true)
      return
    }
    guard byte >= 0x20 || byte == 0x09, byte != 0x7F else { throw .malformed("the trailer is not text") }
    state = .trailer(lineLength: lineLength + 1, total: total + 1, seenReturn: false)
  }
}
