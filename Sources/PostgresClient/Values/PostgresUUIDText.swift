/// The text form of a UUID, `8-4-4-4-12` hexadecimal digits.
enum PostgresUUIDText {
  static func string(_ value: UInt128) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(36)
    for position in 0..<32 {
      if position == 8 || position == 12 || position == 16 || position == 20 { bytes.append(UInt8(ascii: "-")) }
      let digit = UInt8(truncatingIfNeeded: value >> UInt128(124 - 4 * position)) & 15
      bytes.append(digit < 10 ? digit + 48 : digit + 87)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func parse(_ bytes: UnsafeRawBufferPointer) -> UInt128? {
    guard bytes.count == 36 else { return nil }
    var value: UInt128 = 0
    for (position, byte) in bytes.enumerated() {
      if position == 8 || position == 13 || position == 18 || position == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = nibble(byte) else { return nil }
        value = value << 4 | UInt128(digit)
      }
    }
    return value
  }

  static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
  }
}
