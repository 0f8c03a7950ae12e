/// Conversion of times between microseconds since 1970 and PostgreSQL's forms.
///
/// The calendar arithmetic is the proleptic Gregorian one of Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms" (2021), sections `days_from_civil` and `civil_from_days`.
enum PostgresTime {
  /// From 1970-01-01 to 2000-01-01, PostgreSQL's epoch, in microseconds.
  static let epochMicroseconds: Int64 = 946_684_800_000_000
  static let microsecondsPerDay: Int64 = 86_400_000_000

  /// Clamped instead of trapping: such a time is beyond PostgreSQL's range anyway and the server refuses it.
  static func microseconds(fromMilliseconds milliseconds: Int64) -> Int64 {
    let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
    return overflow ? (milliseconds < 0 ? .min : .max) : product
  }

  /// Appends `YYYY-MM-DD hh:mm:ss.ffffff+00`, or `infinity` for the ends of the range.
  static func append(_ microseconds: Int64, to bytes: inout [UInt8]) {
    if microseconds == .max || microseconds == .min {
      bytes += microseconds == .max ? "infinity".utf8 : "-infinity".utf8
      return
    }
    let days = floorDivide(microseconds, microsecondsPerDay)
    let rest = microseconds - days * microsecondsPerDay
    let (year, month, day) = civil(fromDays: days)
    // The era is the last word of the text; PostgreSQL has no year 0.
    appendPadded(year > 0 ? year : 1 - year, width: 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    appendPadded(month, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    appendPadded(day, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    appendPadded(rest / 3_600_000_000, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    appendPadded(rest / 60_000_000 % 60, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    appendPadded(rest / 1_000_000 % 60, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    appendPadded(rest % 1_000_000, width: 6, to: &bytes)
    bytes += "+00".utf8
    if year <= 0 { bytes += " BC".utf8 }
  }

  /// Reads the ISO form that the server sends under `DateStyle = ISO` and `TimeZone = UTC`: a date, or a date and a
  /// time with up to six decimals, an optional zone `+hh[:mm[:ss]]` and an optional ` BC`.
  /// - Returns: microseconds since 1970 or `nil` when the text is something else.
  static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
    var scanner = Scanner(bytes: text)
    if scanner.consumes("infinity") { return .max }
    if scanner.consumes("-infinity") { return .min }
    guard var year = scanner.digits(atLeast: 4, atMost: 6), scanner.consume("-"),
      let month = scanner.digits(atLeast: 2, atMost: 2), scanner.consume("-"),
      let day = scanner.digits(atLeast: 2, atMost: 2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var seconds: Int64 = 0
    var fraction: Int64 = 0
    if scanner.nextIsTime {
      scanner.skip()
      guard let hour = scanner.digits(atLeast: 2, atMost: 2), scanner.consume(":"),
        let minute = scanner.digits(atLeast: 2, atMost: 2), scanner.consume(":"),
        let second = scanner.digits(atLeast: 2, atMost: 2), hour <= 24, minute < 60, second <= 60
      else { return nil }
      seconds = hour * 3600 + minute * 60 + second
      if scanner.consume(".") {
        guard let value = scanner.fraction() else { return nil }
        fraction = value
      }
      guard let zone = scanner.zoneSeconds() else { return nil }
      seconds -= zone
    }
    if scanner.consumes(" BC") { year = 1 - year }
    guard scanner.isAtEnd else { return nil }
    let days = days(fromYear: year, month: month, day: day)
    let (whole, overflow) = days.multipliedReportingOverflow(by: microsecondsPerDay)
    let (sum, overflow2) = whole.addingReportingOverflow(seconds * 1_000_000 + fraction)
    return overflow || overflow2 ? nil : sum
  }

  static func days(fromYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = floorDivide(y, 400)
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }

  private static func appendPadded(_ value: Int64, width: Int, to bytes: inout [UInt8]) {
    let digits = String(value).utf8
    for _ in 0..<max(0, width - digits.count) { bytes.append(UInt8(ascii: "0")) }
    bytes += digits
  }

  private struct Scanner {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }
    var nextIsTime: Bool { (next == UInt8(ascii: " ") || next == UInt8(ascii: "T")) && following != UInt8(ascii: "B") }
    private var following: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    mutating func skip() { position += 1 }

    mutating func consume(_ character: Unicode.Scalar) -> Bool {
      guard next == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func consumes(_ word: StaticString) -> Bool {
      let length = word.utf8CodeUnitCount
      guard bytes.count - position == length else { return false }
      for index in 0..<length where bytes[position + index] != word.utf8Start[index] { return false }
      position += length
      return true
    }

    mutating func digits(atLeast least: Int, atMost most: Int) -> Int64? {
      var value: Int64 = 0
      var count = 0
      while count < most, let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        position += 1
        count += 1
      }
      return count >= least ? value : nil
    }

    /// One to six decimals, as microseconds.
    mutating func fraction() -> Int64? {
      let start = position
      guard var value = digits(atLeast: 1, atMost: 6) else { return nil }
      for _ in (position - start)..<6 { value *= 10 }
      return value
    }

    /// The offset east of UTC; none counts as 0.
    mutating func zoneSeconds() -> Int64? {
      let sign: Int64
      if consume("+") { sign = 1 } else if consume("-") { sign = -1 } else { return 0 }
      guard let hours = digits(atLeast: 2, atMost: 2) else { return nil }
      var value = hours * 3600
      if consume(":") {
        guard let minutes = digits(atLeast: 2, atMost: 2) else { return nil }
        value += minutes * 60
      }
      if consume(":") {
        guard let seconds = digits(atLeast: 2, atMost: 2) else { return nil }
        value += seconds
      }
      return sign * value
    }
  }
}
