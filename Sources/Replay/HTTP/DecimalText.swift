/// Numbers as decimal text, without Foundation and without a string.
package enum DecimalText {
  /// Writes a whole number where there is room for 21 bytes.
  /// - Returns: how many bytes it took.
  package static func write(_ number: Int64, into raw: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
    guard number < 0 else { return digits(number.magnitude, into: raw, at: start) }
    raw[start] = UInt8(ascii: "-")
    return 1 + digits(number.magnitude, into: raw, at: start + 1)
  }

  /// Writes a finite number of less than 10^11 with at most seven decimals (of a degree: about a centimetre), trailing noughts left
  /// out, where there is room for 21 bytes.
  /// - Returns: how many bytes it took.
  package static func write(_ number: Double, into raw: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
    let scaled = UInt64((number.magnitude * 1e7).rounded())
    var cursor = start
    if number < 0, scaled > 0 {
      raw[cursor] = UInt8(ascii: "-")
      cursor += 1
    }
    cursor += digits(scaled / 10_000_000, into: raw, at: cursor)
    var fraction = scaled % 10_000_000
    guard fraction > 0 else { return cursor - start }
    raw[cursor] = UInt8(ascii: ".")
    cursor += 1
    var places = 7
    while fraction % 10 == 0 {
      fraction /= 10
      places -= 1
    }
    for place in stride(from: places - 1, through: 0, by: -1) {
      raw[cursor + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10)
      fraction /= 10
    }
    return cursor + places - start
  }

  private static func digits(_ number: UInt64, into raw: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
    var length = 1
    var bound: UInt64 = 10
    while length < 20, number >= bound {
      length += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    var rest = number
    for place in stride(from: length - 1, through: 0, by: -1) {
      raw[start + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    return length
  }
}
