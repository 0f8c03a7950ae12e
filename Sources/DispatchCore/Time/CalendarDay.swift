/// A day of the Gregorian calendar.
package struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01.
  package let number: Int

  package init(number: Int) { self.number = number }

  /// A day by its parts; counted in years that begin in March, so that the leap day is the last.
  package init(year: Int, month: Int, day: Int) {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Reads `2022-12-19`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month),
      (1...31).contains(day), year >= 1
    else { return nil }
    self.init(year: year, month: month, day: day)
    guard self.month == month else { return nil }
  }

  /// The nth weekday of a month.
  /// - Parameters:
  ///   - nth: 1 to 4, or 5 for the last.
  ///   - weekday: 0 is Monday.
  ///   - month: 1 to 12.
  ///   - year: the year.
  package static func nth(_ nth: Int, weekday: Int, month: Int, year: Int) -> CalendarDay {
    let first = CalendarDay(year: year, month: month, day: 1)
    var day = first.number + (weekday - first.weekday + 7) % 7 + (nth - 1) * 7
    while CalendarDay(number: day).month != month { day -= 7 }
    return CalendarDay(number: day)
  }

  private var parts: (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  package var year: Int { parts.year }
  /// 1 to 12.
  package var month: Int { parts.month }
  /// 1 to 31.
  package var day: Int { parts.day }
  /// 0 is Monday.
  package var weekday: Int { LocalCalendar.weekday(ofDay: number) }

  package static func < (left: Self, right: Self) -> Bool { left.number < right.number }

  package var description: String {
    let (year, month, day) = parts
    return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }
}

/// A time of day on a day, by the clocks of a place.
package struct LocalMoment: Hashable, Sendable {
  package var day: CalendarDay
  package var secondOfDay: Int

  package init(day: CalendarDay, secondOfDay: Int) {
    self.day = day
    self.secondOfDay = secondOfDay
  }

  /// Reads `2022-12-19`, `2022-12-19T08:30` or `2022-12-19 08:30:15`.
  package init?(_ text: some StringProtocol) {
    guard let day = CalendarDay(text.prefix(10)) else { return nil }
    self.day = day
    secondOfDay = 0
    let rest = text.dropFirst(10)
    guard let separator = rest.first else { return }
    guard separator == "T" || separator == " " else { return nil }
    let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
      (0..<60).contains(minute)
    else { return nil }
    var second = 0
    if parts.count == 3 {
      guard let given = parts[2], (0..<60).contains(given) else { return nil }
      second = given
    }
    secondOfDay = hour * 3_600 + minute * 60 + second
  }
}
