package import HexGrid

/// The local week of a city: how a moment becomes a weekday and a time of day.
package struct LocalCalendar: Sendable, Hashable {
  /// What is added to UTC to get local time, in seconds.
  package let utcOffsetSeconds: Int

  /// Creates a calendar.
  /// - Parameter utcOffsetSeconds: local time minus UTC, within a day; what lies outside is cut off.
  package init(utcOffsetSeconds: Int) {
    self.utcOffsetSeconds = min(max(utcOffsetSeconds, -86_400), 86_400)
  }

  /// The calendar of the time zone that a place would have by the sun, in whole hours: near enough for learning where nobody says
  /// which it is.
  package init(around place: GeoPoint) {
    let hours = (place.longitude / 15).rounded()
    self.init(utcOffsetSeconds: (Int(exactly: hours) ?? 0) * 3_600)
  }

  static let dayMilliseconds: Int64 = 86_400_000
  /// Hours of a week.
  static let hoursPerWeek = 168

  /// Days from 1970-01-01 to the local date of a moment.
  package func day(at time: Timestamp) -> Int {
    let local = local(time)
    let (quotient, remainder) = local.quotientAndRemainder(dividingBy: Self.dayMilliseconds)
    return Int(remainder < 0 ? quotient - 1 : quotient)
  }

  /// Milliseconds of the local day that have passed.
  package func millisecondOfDay(at time: Timestamp) -> Int {
    let remainder = local(time) % Self.dayMilliseconds
    return Int(remainder < 0 ? remainder + Self.dayMilliseconds : remainder)
  }

  /// The local hour, 0 to 23.
  package func hour(at time: Timestamp) -> Int {
    millisecondOfDay(at: time) / 3_600_000
  }

  /// The weekday of a day number, 0 for Monday to 6 for Sunday.
  package static func weekday(ofDay day: Int) -> Int {
    // 1970-01-01 was a Thursday.
    let remainder = (day % 7 + 3) % 7
    return remainder < 0 ? remainder + 7 : remainder
  }

  /// The weekday of a moment, 0 for Monday to 6 for Sunday.
  package func weekday(at time: Timestamp) -> Int {
    Self.weekday(ofDay: day(at: time))
  }

  private func local(_ time: Timestamp) -> Int64 {
    time.advanced(bySeconds: utcOffsetSeconds).unixMilliseconds
  }
}
