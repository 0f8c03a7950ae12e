import FunctionKit

/// Percent-decoding of paths and queries.
enum PercentCoding {
  /// Decodes bytes to text.
  /// - Parameters:
  ///   - bytes: what is encoded.
  ///   - plusIsSpace: whether a plus sign means a space, as in forms.
  /// - Returns: the text, or nil where a percent sign is not followed by two digits or the outcome is no UTF-8.
  static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> String? {
    guard bytes.contains(where: { $0 == 0x25 || $0 >= 0x80 || (plusIsSpace && $0 == 0x2B) }) else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch bytes[index] {
      case 0x25:
        guard index + 2 < bytes.endIndex, let high = HexDigit.value(of: bytes[index + 1]),
          let low = HexDigit.value(of: bytes[index + 2])
        else { return nil }
        decoded.append(high << 4 | low)
        index += 3
      case 0x2B where plusIsSpace:
        decoded.append(0x20)
        index += 1
      case let byte:
        decoded.append(byte)
        index += 1
      }
    }
    return String(validating: decoded, as: UTF8.self)
  }

  /// Decodes a query; the last wins where a name repeats.
  /// - Returns: the values by name, or nil where something is not well encoded.
  static func query(_ bytes: ArraySlice<UInt8>) -> [String: String]? {
    var values: [String: String] = [:]
    for pair in bytes.split(separator: 0x26) {
      let parts = pair.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(parts[0], plusIsSpace: true) else { return nil }
      if parts.count == 1 {
        values[name] = ""
      } else {
        guard let value = decode(parts[1], plusIsSpace: true) else { return nil }
        values[name] = value
      }
    }
    return values
  }
}
