/// Numbers and times out of the bytes of a field.
package enum FieldParser {
  package typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// A whole number with an optional sign; nil where the bytes are none or it is too large.
  package static func integer(_ bytes: Bytes) -> Int64? {
    var cursor = bytes.startIndex
    let negative = cursor < bytes.endIndex && bytes[cursor] == 0x2D
    if negative { cursor += 1 }
    guard cursor < bytes.endIndex, bytes.endIndex - cursor <= 18 else { return nil }
    var value: Int64 = 0
    while cursor < bytes.endIndex {
      let digit = bytes[cursor] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
      cursor += 1
    }
    return negative ? -value : value
  }

  /// A decimal number; nil where the bytes are none or it is not finite.
  ///
  /// Up to 2^53 and 22 places the quotient of two exact doubles is the correctly rounded value (Clinger 1990); anything
  /// longer, or with an exponent, goes the slow way.
  package static func decimal(_ bytes: Bytes) -> Double? {
    var cursor = bytes.startIndex
    let negative = cursor < bytes.endIndex && bytes[cursor] == 0x2D
    if negative { cursor += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var places = 0
    var dotted = false
    while cursor < bytes.endIndex {
      let byte = bytes[cursor]
      let digit = byte &- 0x30
      if digit < 10 {
        guard digits < 18 else { return slowDecimal(bytes) }
        mantissa = mantissa * 10 + UInt64(digit)
        digits += 1
        if dotted { places += 1 }
      } else if byte == 0x2E, !dotted {
        dotted = true
      } else {
        return slowDecimal(bytes)
      }
      cursor += 1
    }
    guard digits > 0 else { return nil }
    guard mantissa <= 1 << 53 else { return slowDecimal(bytes) }
    let value = Double(mantissa) / powersOfTen[places]
    return negative ? -value : value
  }

  private static func slowDecimal(_ bytes: Bytes) -> Double? {
    guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  /// `YYYY-MM-DD hh:mm[:ss[.…]]`, with a space or a `T` between, as seconds since 1970 as if it were UTC; nil where the
  /// bytes are none or the date does not exist.
  package static func civilSeconds(_ bytes: Bytes) -> Int64? {
    let start = bytes.startIndex
    guard bytes.count >= 16 else { return nil }
    func number(_ offset: Int, _ length: Int) -> Int? {
      var value = 0
      for index in start + offset..<start + offset + length {
        let digit = bytes[index] &- 0x30
        guard digit < 10 else { return nil }
        value = value * 10 + Int(digit)
      }
      return value
    }
    guard let year = number(0, 4), bytes[start + 4] == 0x2D, let month = number(5, 2), bytes[start + 7] == 0x2D,
      let day = number(8, 2), bytes[start + 10] == 0x20 || bytes[start + 10] == 0x54, let hour = number(11, 2),
      bytes[start + 13] == 0x3A, let minute = number(14, 2)
    else { return nil }
    var second = 0
    if bytes.count > 16 {
      guard bytes.count >= 19, bytes[start + 16] == 0x3A, let parsed = number(17, 2) else { return nil }
      guard bytes.count == 19 || bytes[start + 19] == 0x2E else { return nil }
      second = parsed
    }
    guard (1...12).contains(month), (1...CivilTime.days(inMonth: month, of: year)).contains(day), hour < 24,
      minute < 60,
      second < 60
    else { return nil }
    let days = CivilTime.daysSince1970(year: year, month: month, day: day)
    return days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
  }
}
