import FunctionKit

/// A date and time of day of the proleptic Gregorian calendar, without a zone.
package struct CivilTime: Hashable, Sendable {
  package var year: Int
  package var month: Int
  package var day: Int
  package var hour: Int
  package var minute: Int
  package var second: Int

  /// Creates the date and time that many seconds after 1970-01-01 00:00:00.
  /// - Parameter secondsSince1970: seconds; negative before.
  package init(secondsSince1970: Int64) {
    let days = Self.floorDivide(secondsSince1970, 86_400)
    let rest = Int(secondsSince1970 - days * 86_400)
    let date = CivilDate(daysSinceEpoch: Int(days))
    year = date.year
    month = date.month
    day = date.day
    hour = rest / 3_600
    minute = rest / 60 % 60
    second = rest % 60
  }

  /// Days from 1970-01-01 to a date.
  package static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
    Int64(CivilDate(year: year, month: month, day: day).daysSinceEpoch)
  }

  /// How many days a month has; 0 for a month that does not exist.
  package static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 1, 3, 5, 7, 8, 10, 12: 31
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 0
    }
  }

  /// Division that rounds towards minus infinity.
  /// - Parameters:
  ///   - dividend: any number.
  ///   - divisor: more than zero.
  package static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient - 1 : quotient
  }
}
