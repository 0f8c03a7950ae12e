/// A time zone as a POSIX rule: what local time is at any moment, without asking the machine, so that a fare computed years later
/// is the same.
package struct CivilTimeZone: Hashable, Sendable {
  /// When a year's daylight saving begins or ends: the nth weekday of a month.
  struct Change: Hashable, Sendable {
    var month: Int
    /// 1 to 4, or 5 for the last.
    var week: Int
    /// 0 is Sunday.
    var weekday: Int
    var secondOfDay: Int
  }

  /// The name or rule as it was written.
  package let name: String
  private let standardOffsetSeconds: Int
  private let daylightOffsetSeconds: Int
  private let start: Change?
  private let end: Change?

  /// Time zones by name, as their present rules are; those of New York hold since 2007.
  private static let known = [
    "UTC": "UTC0", "America/New_York": "EST5EDT,M3.2.0,M11.1.0", "America/Chicago": "CST6CDT,M3.2.0,M11.1.0",
    "America/Denver": "MST7MDT,M3.2.0,M11.1.0", "America/Los_Angeles": "PST8PDT,M3.2.0,M11.1.0",
    "America/Sao_Paulo": "BRT3", "Europe/London": "GMT0BST,M3.5.0/1,M10.5.0",
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Paris": "CET-1CEST,M3.5.0,M10.5.0/3",
    "Asia/Kolkata": "IST-5:30", "Asia/Singapore": "SGT-8", "Asia/Tokyo": "JST-9",
    "Australia/Sydney": "AEST-10AEDT,M10.1.0,M4.1.0/3",
  ]

  /// Reads a known name, such as `America/New_York`, or a rule in POSIX form, such as `EST5EDT,M3.2.0,M11.1.0`.
  package init?(_ name: String) {
    self.name = name
    var rest = Array((Self.known[name] ?? name).utf8)[...]
    guard Self.letters(&rest), let standard = Self.clock(&rest) else { return nil }
    standardOffsetSeconds = -standard
    if rest.isEmpty {
      daylightOffsetSeconds = -standard
      start = nil
      end = nil
      return
    }
    guard Self.letters(&rest) else { return nil }
    if rest.first == UInt8(ascii: ",") {
      daylightOffsetSeconds = -standard + 3_600
    } else {
      guard let daylight = Self.clock(&rest) else { return nil }
      daylightOffsetSeconds = -daylight
    }
    guard let start = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else { return nil }
    self.start = start
    self.end = end
  }

  /// Local time minus UTC at a moment, in seconds.
  package func offsetSeconds(at time: Timestamp) -> Int {
    guard let start, let end else { return standardOffsetSeconds }
    let seconds = Self.floorSeconds(time)
    let year = CalendarDay(number: (seconds + standardOffsetSeconds) / 86_400).year
    let begins = start.second(in: year) - standardOffsetSeconds
    let ends = end.second(in: year) - daylightOffsetSeconds
    let isDaylight = begins < ends ? seconds >= begins && seconds < ends : seconds >= begins || seconds < ends
    return isDaylight ? daylightOffsetSeconds : standardOffsetSeconds
  }

  /// The local time at a moment.
  package func local(_ time: Timestamp) -> LocalMoment {
    let seconds = Self.floorSeconds(time) + offsetSeconds(at: time)
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    return LocalMoment(day: CalendarDay(number: day), secondOfDay: seconds - day * 86_400)
  }

  /// The moment of a local time; of two at the end of daylight saving, the earlier one.
  package func moment(_ local: LocalMoment) -> Timestamp {
    let wall = local.day.number * 86_400 + local.secondOfDay
    let candidates = [daylightOffsetSeconds, standardOffsetSeconds].map {
      Timestamp(unixMilliseconds: Int64(wall - $0) * 1_000)
    }
    return candidates.first { self.local($0) == local } ?? candidates[1]
  }

  /// Within what a calendar can count.
  private static func floorSeconds(_ time: Timestamp) -> Int {
    let milliseconds = min(max(time.unixMilliseconds, -60_000_000_000_000), 250_000_000_000_000)
    return Int(milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000)
  }

  private static func letters(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let count = rest.prefix { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }.count
    rest = rest.dropFirst(count)
    return (3...6).contains(count)
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var value: Int?
    while let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), (value ?? 0) < 1_000 {
      value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
      rest = rest.dropFirst()
    }
    return value
  }

  /// `[-]h[:mm]` in seconds.
  private static func clock(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    guard let hours = number(&rest), hours <= 24 else { return nil }
    var seconds = hours * 3_600
    if rest.first == UInt8(ascii: ":") {
      rest = rest.dropFirst()
      guard let minutes = number(&rest), minutes < 60 else { return nil }
      seconds += minutes * 60
    }
    return isNegative ? -seconds : seconds
  }

  /// `,Mm.w.d[/time]`.
  private static func change(_ rest: inout ArraySlice<UInt8>) -> Change? {
    guard rest.starts(with: Array(",M".utf8)) else { return nil }
    rest = rest.dropFirst(2)
    var parts: [Int] = []
    for index in 0..<3 {
      if index > 0 {
        guard rest.first == UInt8(ascii: ".") else { return nil }
        rest = rest.dropFirst()
      }
      guard let part = number(&rest) else { return nil }
      parts.append(part)
    }
    guard (1...12).contains(parts[0]), (1...5).contains(parts[1]), parts[2] < 7 else { return nil }
    var second = 7_200
    if rest.first == UInt8(ascii: "/") {
      rest = rest.dropFirst()
      guard let clock = clock(&rest) else { return nil }
      second = clock
    }
    return Change(month: parts[0], week: parts[1], weekday: parts[2], secondOfDay: second)
  }
}

extension CivilTimeZone.Change {
  /// Local seconds since 1970 at which the change happens in a year.
  func second(in year: Int) -> Int {
    // Weekdays count from Monday elsewhere.
    let day = CalendarDay.nth(week, weekday: (weekday + 6) % 7, month: month, year: year)
    return day.number * 86_400 + secondOfDay
  }
}
