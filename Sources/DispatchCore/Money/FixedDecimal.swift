/// A decimal number that is exactly what was written, in millionths; no binary fractions in money.
package struct FixedDecimal: Hashable, Sendable, Comparable {
  /// The number times a million.
  package let millionths: Int64

  package init(millionths: Int64) { self.millionths = millionths }

  /// Reads a number such as `12`, `-0.5` or `0.631`.
  /// - Returns: nil for anything else, more than six places behind the point, or more than 10¹².
  package init?(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes = bytes.dropFirst() }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), (1...12).contains(parts[0].count) else { return nil }
    var value: Int64 = 0
    func take(_ byte: UInt8) -> Bool {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return false }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
      return true
    }
    for byte in parts[0] { guard take(byte) else { return nil } }
    let places = parts.count == 2 ? Array(parts[1]) : []
    guard parts.count == 1 || (1...6).contains(places.count) else { return nil }
    for place in 0..<6 { guard take(place < places.count ? places[place] : UInt8(ascii: "0")) else { return nil } }
    millionths = isNegative ? -value : value
  }

  package static func < (left: Self, right: Self) -> Bool { left.millionths < right.millionths }
}

extension FixedDecimal: CustomStringConvertible {
  package var description: String {
    let size = millionths.magnitude
    let (whole, rest) = size.quotientAndRemainder(dividingBy: 1_000_000)
    var text = (millionths < 0 ? "-" : "") + String(whole)
    guard rest > 0 else { return text }
    var places = String(rest)
    places = String(repeating: "0", count: 6 - places.count) + places
    while places.last == "0" { places.removeLast() }
    text += "." + places
    return text
  }
}
