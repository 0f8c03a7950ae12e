/// Decimal digits of whole numbers, written where they belong.
enum Decimal {
  /// How many characters a number takes, its sign included.
  static func digitCount(_ number: Int) -> Int {
    var rest = number.magnitude
    var count = number < 0 ? 2 : 1
    while rest >= 10 {
      rest /= 10
      count += 1
    }
    return count
  }

  /// Writes a number into a space of exactly its size.
  static func write(_ number: Int, digitCount: Int, to space: UnsafeMutableRawBufferPointer) {
    var rest = number.magnitude
    var index = digitCount - 1
    let first = number < 0 ? 1 : 0
    while index >= first {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      space[index] = 0x30 &+ UInt8(truncatingIfNeeded: digit)
      rest = quotient
      index -= 1
    }
    if number < 0 { space[0] = UInt8(ascii: "-") }
  }
}
