import Foundation
import Replay
import Testing

struct CityTimeZoneTests {
  /// Every eleventh hour of the years in question, against the system's database of zones.
  @Test(arguments: [("America/New_York", CityTimeZone.newYork), ("America/Los_Angeles", CityTimeZone.sanFrancisco)])
  func agreesWithTheSystem(name: String, zone: CityTimeZone) throws {
    let system = try #require(TimeZone(identifier: name))
    var moment: Int64 = 1_104_537_600  // 2005
    while moment < 1_767_225_600 {
      let expected = Int64(system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
      if zone.offsetSeconds(at: moment) != expected {
        Issue.record("\(name) at \(moment): \(zone.offsetSeconds(at: moment)) instead of \(expected)")
        return
      }
      // There and back, except in the hour that the clocks show twice.
      let local = moment + expected
      let back = zone.unixSeconds(fromLocal: local)
      if back != moment, back != moment - 3_600 { Issue.record("\(name) at \(moment): back at \(back)") }
      moment += 11 * 3_600 - 1
    }
  }

  @Test func tellsTheHour() {
    #expect(CityTimeZone.newYork.hour(atUnixMilliseconds: 1_384_808_400_000) == 16)
    #expect(CityTimeZone.fixed(-25_200).hour(atUnixMilliseconds: 1_212_735_767_000) == 0)
    #expect(CityTimeZone.fixed(0).hour(atUnixMilliseconds: -1) == 23)
  }

  @Test func civilDatesComeBack() {
    for day in stride(from: Int64(-200_000), through: 200_000, by: 37) {
      let civil = CivilTime(secondsSince1970: day * 86_400 + 3_661)
      #expect(CivilTime.daysSince1970(year: civil.year, month: civil.month, day: civil.day) == day)
      #expect(civil.hour == 1 && civil.minute == 1 && civil.second == 1)
    }
  }
}
