/// A value as CBOR (RFC 8949) writes it, for tests.
indirect enum CBORValue: Sendable {
  case integer(Int64)
  case double(Double)
  case text(String)
  case array([CBORValue])
  case bool(Bool)
  case null

  /// The value's bytes, heads in their shortest form.
  var bytes: [UInt8] {
    switch self {
    case .integer(let value):
      value < 0 ? Self.head(1, UInt64(bitPattern: -1 - value)) : Self.head(0, UInt64(value))
    case .double(let value): [0xFB] + Self.bigEndian(value.bitPattern, 8)
    case .text(let text): Self.head(3, UInt64(text.utf8.count)) + Array(text.utf8)
    case .array(let elements): Self.head(4, UInt64(elements.count)) + elements.flatMap(\.bytes)
    case .bool(let flag): [flag ? 0xF5 : 0xF4]
    case .null: [0xF6]
    }
  }

  private static func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
    switch argument {
    case ..<24: [major << 5 | UInt8(argument)]
    case ..<0x100: [major << 5 | 24] + bigEndian(argument, 1)
    case ..<0x1_0000: [major << 5 | 25] + bigEndian(argument, 2)
    case ..<0x1_0000_0000: [major << 5 | 26] + bigEndian(argument, 4)
    default: [major << 5 | 27] + bigEndian(argument, 8)
    }
  }

  private static func bigEndian(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
  }
}
