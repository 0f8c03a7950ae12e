/// The five fields of a cron expression: minute, hour, day of the month, month, day of the week.
struct CronFields: Sendable, Equatable {
  /// Which values a field allows, one bit each.
  private(set) var minutes: UInt64 = 0
  private(set) var hours: UInt64 = 0
  private(set) var days: UInt64 = 0
  private(set) var months: UInt64 = 0
  private(set) var weekdays: UInt64 = 0
  /// Where both day fields are restricted, either one suffices.
  private var restrictsDays = false
  private var restrictsWeekdays = false
  /// Whether the hour is a star: such a schedule follows the clock through both hours when clocks go back.
  private(set) var isHourFree = false

  private static let monthNames = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
  private static let macros = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]

  /// Reads an expression.
  /// - Parameter text: five fields with stars, lists, ranges, steps and names, or a macro such as `@daily`.
  /// - Returns: nil where it is none.
  init?(_ text: String) {
    let fields = (Self.macros[text] ?? text).split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count == 5, let minutes = Self.bits(fields[0], 0...59, []),
      let hours = Self.bits(fields[1], 0...23, []),
      let days = Self.bits(fields[2], 1...31, []), let months = Self.bits(fields[3], 1...12, Self.monthNames, base: 1),
      let weekdays = Self.bits(fields[4], 0...7, Self.weekdayNames)
    else { return nil }
    self.minutes = minutes
    self.hours = hours
    self.days = days
    self.months = months
    // Sunday is 0 and 7.
    self.weekdays = (weekdays | weekdays >> 7) & 0x7F
    restrictsDays = !fields[2].hasPrefix("*")
    restrictsWeekdays = !fields[4].hasPrefix("*")
    isHourFree = fields[1].hasPrefix("*")
  }

  func allows(minute: Int) -> Bool { minutes >> UInt64(minute) & 1 == 1 }
  func allows(hour: Int) -> Bool { hours >> UInt64(hour) & 1 == 1 }
  func allows(month: Int) -> Bool { months >> UInt64(month) & 1 == 1 }

  func allows(day: Int, weekday: Int) -> Bool {
    let dayFits = days >> UInt64(day) & 1 == 1
    let weekdayFits = weekdays >> UInt64(weekday) & 1 == 1
    return restrictsDays && restrictsWeekdays ? dayFits || weekdayFits : dayFits && weekdayFits
  }

  /// Reads a list of ranges with steps.
  private static func bits(_ field: Substring, _ range: ClosedRange<Int>, _ names: [String], base: Int = 0) -> UInt64? {
    var bits: UInt64 = 0
    for part in field.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      var step = 1
      if halves.count == 2 {
        guard let value = Int(halves[1]), value >= 1 else { return nil }
        step = value
      }
      guard let bounds = bounds(halves[0], range, names, base: base, hasStep: halves.count == 2) else { return nil }
      for value in stride(from: bounds.lowerBound, through: bounds.upperBound, by: step) { bits |= 1 << UInt64(value) }
    }
    return bits
  }

  private static func bounds(
    _ text: Substring, _ range: ClosedRange<Int>, _ names: [String], base: Int, hasStep: Bool
  ) -> ClosedRange<Int>? {
    func value(_ text: Substring) -> Int? {
      if let index = names.firstIndex(of: text.lowercased()) { return index + base }
      guard text.utf8.allSatisfy(HTTPHeadParser.isDigit), let value = Int(text), range.contains(value) else {
        return nil
      }
      return value
    }
    if text == "*" { return range }
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = value(ends[0]) else { return nil }
    // `5/15` means from 5 to the end in steps of 15.
    guard ends.count == 2 else { return first...(hasStep ? range.upperBound : first) }
    guard let last = value(ends[1]), first <= last else { return nil }
    return first...last
  }
}
