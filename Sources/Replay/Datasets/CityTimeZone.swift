/// The local time of a city: a standard offset and whether it keeps the daylight-saving rule of the United States.
package struct CityTimeZone: Hashable, Sendable {
  /// Seconds to add to UTC for standard time.
  package var standardOffsetSeconds: Int64
  /// Whether clocks go forward an hour in summer by the rule of the United States (Energy Policy Act of 2005 from 2007 on,
  /// before it the first Sunday of April to the last of October).
  package var keepsDaylightSaving: Bool

  /// Creates a zone.
  /// - Parameters:
  ///   - standardOffsetSeconds: seconds to add to UTC for standard time.
  ///   - keepsDaylightSaving: whether clocks go forward in summer.
  package init(standardOffsetSeconds: Int64, keepsDaylightSaving: Bool) {
    self.standardOffsetSeconds = standardOffsetSeconds
    self.keepsDaylightSaving = keepsDaylightSaving
  }

  /// New York.
  package static let newYork = CityTimeZone(standardOffsetSeconds: -5 * 3_600, keepsDaylightSaving: true)
  /// San Francisco.
  package static let sanFrancisco = CityTimeZone(standardOffsetSeconds: -8 * 3_600, keepsDaylightSaving: true)

  /// Always the same offset.
  /// - Parameter offsetSeconds: seconds to add to UTC.
  package static func fixed(_ offsetSeconds: Int64) -> CityTimeZone {
    CityTimeZone(standardOffsetSeconds: offsetSeconds, keepsDaylightSaving: false)
  }

  /// The offset in force at a moment.
  /// - Parameter unixSeconds: the moment.
  package func offsetSeconds(at unixSeconds: Int64) -> Int64 {
    guard keepsDaylightSaving else { return standardOffsetSeconds }
    let local = CivilTime(secondsSince1970: unixSeconds + standardOffsetSeconds)
    let (start, end) = Self.daylightSaving(year: local.year)
    let standardSeconds = unixSeconds + standardOffsetSeconds
    // The end is told in daylight time (02:00), which is 01:00 standard time.
    return standardSeconds >= start && standardSeconds < end - 3_600
      ? standardOffsetSeconds + 3_600 : standardOffsetSeconds
  }

  /// The moment at which clocks on the wall show a local time; in the hour that occurs twice, the first one.
  /// - Parameter localSeconds: the local time as if it were UTC, in seconds since 1970.
  package func unixSeconds(fromLocal localSeconds: Int64) -> Int64 {
    guard keepsDaylightSaving else { return localSeconds - standardOffsetSeconds }
    let (start, end) = Self.daylightSaving(year: CivilTime(secondsSince1970: localSeconds).year)
    let summer = localSeconds >= start && localSeconds < end
    return localSeconds - standardOffsetSeconds - (summer ? 3_600 : 0)
  }

  /// The local hour of day, 0 to 23.
  /// - Parameter unixMilliseconds: the moment.
  package func hour(atUnixMilliseconds unixMilliseconds: Int64) -> Int {
    let seconds = CivilTime.floorDivide(unixMilliseconds, 1_000)
    let local = seconds + offsetSeconds(at: seconds)
    return Int(CivilTime.floorDivide(local, 3_600) - CivilTime.floorDivide(local, 86_400) * 24)
  }

  /// When local clocks go forward and back in a year, as local wall time in seconds since 1970.
  private static func daylightSaving(year: Int) -> (start: Int64, end: Int64) {
    let startDay: Int64
    let endDay: Int64
    if year >= 2007 {
      startDay = sunday(onOrAfter: CivilTime.daysSince1970(year: year, month: 3, day: 8))
      endDay = sunday(onOrAfter: CivilTime.daysSince1970(year: year, month: 11, day: 1))
    } else {
      startDay = sunday(onOrAfter: CivilTime.daysSince1970(year: year, month: 4, day: 1))
      endDay = sunday(onOrAfter: CivilTime.daysSince1970(year: year, month: 10, day: 25))
    }
    return (startDay * 86_400 + 7_200, endDay * 86_400 + 7_200)
  }

  private static func sunday(onOrAfter day: Int64) -> Int64 {
    // 1970-01-01 was a Thursday; 1970-01-04 (day 3) a Sunday.
    let past = (day - 3) - CivilTime.floorDivide(day - 3, 7) * 7
    return past == 0 ? day : day + 7 - past
  }
}
