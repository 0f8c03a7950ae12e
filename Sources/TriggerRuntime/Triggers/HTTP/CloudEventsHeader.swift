import FunctionKit

/// Values of CloudEvents attributes in header fields.
enum CloudEventsHeader {
  /// Decodes a value: unescapes a quoted string, then the percent signs.
  /// - Throws: `FunctionError` where the outcome is no UTF-8.
  static func decode(_ value: String, field: String) throws -> String {
    guard let decoded = percentDecoded(unquoted(Array(value.utf8))) else {
      throw FunctionError(
        .badInput, code: "malformedEvent", "the value is not well percent-encoded UTF-8", field: field)
    }
    return decoded
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

  private static func percentDecoded(_ bytes: [UInt8]) -> String? {
    PercentCoding.decode(bytes[...])
  }
}
