extension HexCell: CustomStringConvertible, LosslessStringConvertible {
  /// The index in lower-case hexadecimal, 15 digits, as H3 writes it.
  public var description: String {
    String(rawValue, radix: 16)
  }

  /// Reads 15 hexadecimal digits of either case (or more, when zeros lead); nil unless they name a cell.
  public init?(_ description: String) {
    var value: UInt64 = 0
    guard (15...16).contains(description.utf8.count) else { return nil }
    for byte in description.utf8 {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt64(digit)
    }
    self.init(rawValue: value)
  }
}
