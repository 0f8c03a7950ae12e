/// Values of CloudEvents attributes in HTTP header fields (section 3.1.3.2 of the HTTP binding).
package enum CloudEventsHeader {
  private static let hexDigits = Array("0123456789ABCDEF".utf8)

  /// Encodes a value: a blank, a quotation mark, a percent sign and all but the printable characters of ASCII are
  /// percent-encoded as UTF-8, in upper-case digits.
  package static func encode(_ value: String) -> String {
    guard !value.utf8.allSatisfy(isPlain) else { return value }
    var encoded: [UInt8] = []
    encoded.reserveCapacity(value.utf8.count * 2)
    for byte in value.utf8 {
      if isPlain(byte) {
        encoded.append(byte)
      } else {
        encoded += [0x25, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Decodes a value: unescapes a quoted string, then the percent signs, whose digits may be of either case.
  /// - Returns: nil where a percent sign is not followed by two digits or the outcome is no UTF-8, such as `%C0%A0`.
  package static func decode(_ value: String) -> String? {
    let bytes = unquoted(Array(value.utf8))
    guard bytes.contains(where: { $0 == 0x25 || $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == 0x25 else {
        decoded.append(bytes[index])
        index += 1
        continue
      }
      guard index + 2 < bytes.count, let high = HexDigit.value(of: bytes[index + 1]),
        let low = HexDigit.value(of: bytes[index + 2])
      else { return nil }
      decoded.append(high << 4 | low)
      index += 3
    }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && byte != 0x22 && byte != 0x25
  }

  private static func unquoted(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 2, bytes.first == 0x22, bytes.last == 0x22 else { return bytes }
    var plain: [UInt8] = []
    var isEscaped = false
    for byte in bytes.dropFirst().dropLast() {
      if byte == 0x5C, !isEscaped {
        isEscaped = true
        continue
      }
      plain.append(byte)
      isEscaped = false
    }
    return plain
  }
}
