import HexGrid
import Testing

@testable import DispatchCore

@Suite("The local week")
struct LocalCalendarTests {
  private let pacific = LocalCalendar(utcOffsetSeconds: -7 * 3_600)

  @Test("A moment has a local day, weekday, hour and time of day")
  func parts() {
    // Friday, 6 June 2008, 23:59:59.999 in San Francisco, which is Saturday in UTC.
    let time = Timestamp(unixMilliseconds: 1_212_821_999_999)
    #expect(pacific.day(at: time) == 14_036)
    #expect(pacific.weekday(at: time) == 4)
    #expect(pacific.hour(at: time) == 23)
    #expect(pacific.millisecondOfDay(at: time) == 86_399_999)
    let next = time.advanced(byMilliseconds: 1)
    #expect(
      pacific.day(at: next) == 14_037 && pacific.weekday(at: next) == 5 && pacific.millisecondOfDay(at: next) == 0)
    #expect(LocalCalendar(utcOffsetSeconds: 0).weekday(at: time) == 5)
  }

  @Test("Days before 1970 count down, and weekdays go on")
  func weekdays() {
    let utc = LocalCalendar(utcOffsetSeconds: 0)
    for day in -800...800 {
      let noon = Timestamp(unixMilliseconds: Int64(day) * 86_400_000 + 43_200_000)
      #expect(utc.day(at: noon) == day && utc.hour(at: noon) == 12)
      // 1970-01-01 was a Thursday.
      #expect(utc.weekday(at: noon) == ((day + 3) % 7 + 7) % 7)
    }
  }

  @Test("No moment is too far away")
  func extremes() {
    for time in [Int64.min, .max].map(Timestamp.init(unixMilliseconds:)) {
      #expect((0..<7).contains(pacific.weekday(at: time)) && (0..<24).contains(pacific.hour(at: time)))
    }
    #expect(LocalCalendar(utcOffsetSeconds: .max).utcOffsetSeconds == 86_400)
  }

  @Test("A place's time by the sun", arguments: zip([-122.4, -73.9, 0, 13.4, 179.9, .nan], [-8, -5, 0, 1, 12, 0]))
  func sun(longitude: Double, hours: Int) {
    let calendar = LocalCalendar(around: GeoPoint(latitude: 40, longitude: longitude))
    #expect(calendar.utcOffsetSeconds == hours * 3_600)
  }
}
