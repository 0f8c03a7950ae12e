extension EventTime {
  /// Reads a timestamp such as `2008-05-17T10:00:14.250Z` or `2008-05-17T03:00:14-07:00`.
  ///
  /// Fractions beyond milliseconds are cut off; a leap second counts as the second after it.
  /// - Parameter text: the timestamp as RFC 3339 writes it.
  public init?(rfc3339 text: String) {
    var scanner = DigitScanner(Array(text.utf8))
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
      let day = scanner.number(2), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
      let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"),
      let second = scanner.number(2), (1...12).contains(month), hour <= 23, minute <= 59, second <= 60
    else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    guard day >= 1, CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
    var milliseconds = 0
    if scanner.skip(".") {
      guard let fraction = scanner.milliseconds() else { return nil }
      milliseconds = fraction
    }
    var offsetMinutes = 0
    if !(scanner.skip("Z") || scanner.skip("z")) {
      let isWest = scanner.skip("-")
      guard isWest || scanner.skip("+"), let hours = scanner.number(2), scanner.skip(":"),
        let minutes = scanner.number(2), hours <= 23, minutes <= 59
      else { return nil }
      offsetMinutes = (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
    guard scanner.isAtEnd else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3_600 + (minute - offsetMinutes) * 60 + second
    self.init(unixMilliseconds: Int64(seconds) * 1_000 + Int64(milliseconds))
  }

  /// This moment as RFC 3339 writes it, in UTC: `2008-05-17T10:00:14.250Z`.
  ///
  /// Years outside 0 to 9999 cannot be written so; such a moment is given as the nearest that can.
  public var rfc3339: String {
    let limited = min(max(unixMilliseconds, -62_167_219_200_000), 253_402_300_799_999)
    var seconds = limited / 1_000
    var milliseconds = limited % 1_000
    if milliseconds < 0 {
      milliseconds += 1_000
      seconds -= 1
    }
    let day = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    let rest = Int(seconds) - day * 86_400
    let date = CivilDate(daysSinceEpoch: day)
    return String(unsafeUninitializedCapacity: 24) { text in
      var end = 0
      func write(_ number: Int, _ width: Int, _ separator: Unicode.Scalar) {
        var rest = number
        for index in stride(from: end + width - 1, through: end, by: -1) {
          text[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
        }
        text[end + width] = UInt8(ascii: separator)
        end += width + 1
      }
      write(date.year, 4, "-")
      write(date.month, 2, "-")
      write(date.day, 2, "T")
      write(rest / 3_600, 2, ":")
      write(rest / 60 % 60, 2, ":")
      write(rest % 60, 2, ".")
      write(Int(milliseconds), 3, "Z")
      return end
    }
  }
}

/// Reads digits and separators from the front of a text.
private struct DigitScanner {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { index == bytes.count }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  mutating func number(_ count: Int) -> Int? {
    guard index + count <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[index..<(index + count)] {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    index += count
    return value
  }

  /// One to nine digits after the point, of which the first three count.
  mutating func milliseconds() -> Int? {
    let digits = bytes[index...].prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    index += digits.count
    let scale = [100, 10, 1]
    return zip(digits, scale).reduce(0) { $0 + Int($1.0 - 0x30) * $1.1 }
  }
}
