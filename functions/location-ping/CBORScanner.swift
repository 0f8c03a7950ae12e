import FunctionKit

/// Why bytes are no CBOR.
struct CBORError: Error {
  /// The byte at which it went wrong.
  var offset: Int
  /// What was expected there.
  var expected: String

  /// The failure that answers such a body.
  var failure: FunctionError {
    FunctionError(.badInput, code: "malformedCBOR", "The body is no CBOR: expected \(expected) at byte \(offset).")
  }
}

/// Reads CBOR (RFC 8949) from bytes, front to back. No length that the bytes claim is believed before it was compared with
/// what is left of them.
struct CBORScanner {
  /// How deep values may nest.
  static let maximumDepth = 64
  private static let endOfIndefinite: UInt8 = 0xFF

  /// The first bytes of a value.
  struct Head {
    /// The major type, 0 to 7.
    var major: UInt8
    /// The low five bits of the first byte.
    var info: UInt8
    /// The number that the head carries; 0 for an indefinite length.
    var argument: UInt64

    var isIndefinite: Bool { info == 31 }
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  /// The next byte to read.
  private(set) var offset = 0

  /// Reads from bytes that must stay valid while the scanner is used.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The error that something else was expected at the present place.
  func failure(_ expected: String) -> CBORError { CBORError(offset: offset, expected: expected) }

  /// The major type of the next value; nil at the end.
  var nextMajor: UInt8? { offset < bytes.count ? bytes[offset] >> 5 : nil }

  /// Checks that nothing is left.
  func finish() throws(CBORError) {
    if offset < bytes.count { throw failure("the end of the body") }
  }

  /// Takes the head of the next value.
  mutating func takeHead() throws(CBORError) -> Head {
    guard offset < bytes.count else { throw failure("a value") }
    let first = bytes[offset]
    let info = first & 0x1F
    var head = Head(major: first >> 5, info: info, argument: UInt64(info))
    switch info {
    case ..<24:
      offset += 1
    case 24...27:
      let size = 1 << Int(info - 24)
      guard bytes.count - offset > size else { throw failure("\(size) more bytes") }
      head.argument = 0
      for index in 1...size { head.argument = head.argument << 8 | UInt64(bytes[offset + index]) }
      if first == 0xF8, head.argument < 32 { throw failure("a simple value of 32 or more") }
      offset += 1 + size
    case 31 where (2...5).contains(head.major):
      head.argument = 0
      offset += 1
    default:
      throw failure("a value")
    }
    return head
  }

  /// Takes an array, handing over each index with the scanner before its element, which the closure must take.
  mutating func takeArray(_ element: (inout CBORScanner, Int) throws(CBORError) -> Void) throws(CBORError) {
    let head = try takeHead()
    guard head.major == 4 else { throw failure("an array") }
    var index = 0
    if head.isIndefinite {
      while try !takeEndIfPresent() {
        try element(&self, index)
        index += 1
      }
    } else {
      // Every element takes a byte at least, so a count that lies runs into the end.
      while UInt64(index) < head.argument {
        try element(&self, index)
        index += 1
      }
    }
  }

  private mutating func takeEndIfPresent() throws(CBORError) -> Bool {
    guard offset < bytes.count else { throw failure("a value or the end of an array or map") }
    guard bytes[offset] == Self.endOfIndefinite else { return false }
    offset += 1
    return true
  }

  /// Takes the bytes of a text or byte string whose head was taken.
  mutating func takeBytes(_ head: Head) throws(CBORError) -> UnsafeBufferPointer<UInt8> {
    guard !head.isIndefinite, let count = Int(exactly: head.argument), count <= bytes.count - offset else {
      throw failure("\(head.argument) bytes of text")
    }
    defer { offset += count }
    return UnsafeBufferPointer(rebasing: bytes[offset..<(offset + count)])
  }

  /// Takes the next value, whatever it is, and forgets it.
  mutating func skipValue(depth: Int = 0) throws(CBORError) {
    guard depth < Self.maximumDepth else { throw failure("at most \(Self.maximumDepth) levels") }
    let head = try takeHead()
    switch head.major {
    case 2, 3:
      guard head.isIndefinite else {
        _ = try takeBytes(head)
        return
      }
      while try !takeEndIfPresent() {
        guard nextMajor == head.major else { throw failure("a piece of the same string") }
        let piece = try takeHead()
        guard !piece.isIndefinite else { throw failure("a piece of known length") }
        _ = try takeBytes(piece)
      }
    case 4, 5:
      let perItem = head.major == 4 ? 1 : 2
      if head.isIndefinite {
        while try !takeEndIfPresent() {
          for _ in 0..<perItem { try skipValue(depth: depth + 1) }
        }
      } else {
        var left = head.argument
        while left > 0 {
          for _ in 0..<perItem { try skipValue(depth: depth + 1) }
          left -= 1
        }
      }
    case 6:
      try skipValue(depth: depth + 1)
    default:
      break
    }
  }

  /// The number that a head stands for; nil where it stands for none.
  static func number(_ head: Head) -> JSONNumber? {
    switch (head.major, head.info) {
    case (0, _): Int64(exactly: head.argument).map { .integer($0) } ?? .double(Double(head.argument))
    case (1, _): Int64(exactly: head.argument).map { .integer(-1 - $0) } ?? .double(-1 - Double(head.argument))
    case (7, 25): .double(half(UInt16(truncatingIfNeeded: head.argument)))
    case (7, 26): .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: head.argument))))
    case (7, 27): .double(Double(bitPattern: head.argument))
    default: nil
    }
  }

  /// A number of IEEE 754 half precision (RFC 8949, appendix D).
  private static func half(_ bits: UInt16) -> Double {
    let fraction = Double(bits & 0x3FF)
    let magnitude: Double =
      switch (bits >> 10) & 0x1F {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      case let exponent: Double(sign: .plus, exponent: Int(exponent) - 25, significand: 1024 + fraction)
      }
    return bits & 0x8000 == 0 ? magnitude : -magnitude
  }
}
