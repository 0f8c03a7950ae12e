/// Writes JSON text.
package enum JSONText {
  private static let hexadecimal = Array("0123456789abcdef".utf8)

  /// Appends a string with its quotes, escaped.
  /// - Parameters:
  ///   - text: the string.
  ///   - output: where to append.
  package static func appendString(_ text: String, to output: inout [UInt8]) {
    output.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C:
        output.append(0x5C)
        output.append(byte)
      case 0x0A: output.append(contentsOf: [0x5C, 0x6E])
      case 0x0D: output.append(contentsOf: [0x5C, 0x72])
      case 0x09: output.append(contentsOf: [0x5C, 0x74])
      case 0x00...0x1F:
        output.append(contentsOf: [0x5C, 0x75, 0x30, 0x30])
        output.append(hexadecimal[Int(byte >> 4)])
        output.append(hexadecimal[Int(byte & 0x0F)])
      default: output.append(byte)
      }
    }
    output.append(0x22)
  }
}
