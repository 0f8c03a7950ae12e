import Testing

@testable import FunctionKit

struct EventTimeTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2008-05-17T10:00:14.25Z", 1_211_018_414_250),
      ("2008-05-17T03:00:14.250-07:00", 1_211_018_414_250), ("2008-05-17t10:00:14.2509999z", 1_211_018_414_250),
      ("1969-12-31T23:59:59.999Z", -1), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
      ("2000-02-29 12:00:00+00:00", 951_825_600_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
    ] as [(String, Int64)])
  func readsRFC3339(text: String, milliseconds: Int64) {
    #expect(EventTime(rfc3339: text)?.unixMilliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2008-05-17", "2008-05-17T10:00:14", "2008-13-17T10:00:14Z", "2008-02-30T10:00:14Z", "2007-02-29T10:00:14Z",
    "2008-05-17T24:00:00Z", "2008-05-17T10:60:00Z", "2008-05-17T10:00:61Z", "2008-05-17T10:00:14.Z",
    "2008-05-17T10:00:14.0123456789Z", "2008-05-17T10:00:14Z ", "2008-05-17T10:00:14+0700", "2008-05-17T10:00:14+24:00",
    "+2008-05-17T10:00:14Z", "2008-05-00T10:00:14Z",
  ])
  func refuses(text: String) {
    #expect(EventTime(rfc3339: text) == nil)
  }

  @Test func writesWhatItReads() {
    for milliseconds in [0, -1, 1_211_018_414_250, 253_402_300_799_999, -62_167_219_200_000, 951_868_799_999] as [Int64]
    {
      let time = EventTime(unixMilliseconds: milliseconds)
      #expect(EventTime(rfc3339: time.rfc3339) == time)
    }
    #expect(EventTime(unixMilliseconds: .max).rfc3339 == "9999-12-31T23:59:59.999Z")
    #expect(EventTime(unixMilliseconds: .min).rfc3339 == "0000-01-01T00:00:00.000Z")
  }

  @Test func daysOfTheCalendarFollowEachOther() {
    var last = CivilDate(daysSinceEpoch: -800_000)
    for day in -799_999..<50_000 {
      let date = CivilDate(daysSinceEpoch: day)
      #expect(date.daysSinceEpoch == day)
      let follows =
        (date.day == last.day + 1 && date.month == last.month && date.year == last.year)
        || (date.day == 1 && (date.month == last.month + 1 || (date.month == 1 && date.year == last.year + 1)))
      if !follows { Issue.record("\(last) is followed by \(date)") }
      last = date
    }
  }

  @Test func arithmeticSaturates() {
    #expect(EventTime(unixMilliseconds: .max).advanced(by: .seconds(1)).unixMilliseconds == .max)
    let ages = EventTime(unixMilliseconds: .min).duration(to: EventTime(unixMilliseconds: .max))
    #expect(ages == .milliseconds(Int64.max))
    #expect(EventTime(unixMilliseconds: 5).duration(to: EventTime(unixMilliseconds: 2)) == .milliseconds(-3))
  }
}
