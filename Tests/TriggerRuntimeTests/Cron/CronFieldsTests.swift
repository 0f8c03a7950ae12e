import FunctionKit
import Testing

@testable import TriggerRuntime

struct CronFieldsTests {
  private func ticks(_ schedule: String, _ zone: String = "UTC", after: String, count: Int = 3) throws -> [String] {
    let fields = try #require(CronFields(schedule))
    let schedule = try #require(CronSchedule(fields, in: zone))
    var moment = try #require(EventTime(rfc3339: after))
    var ticks: [String] = []
    for _ in 0..<count {
      guard let tick = schedule.next(after: moment) else { break }
      ticks.append(String(tick.rfc3339.dropLast(8)) + "Z")
      moment = tick
    }
    return ticks
  }

  @Test func everyKindOfField() throws {
    #expect(
      try ticks("*/15 * * * *", after: "2008-05-17T10:00:00Z")
        == ["2008-05-17T10:15Z", "2008-05-17T10:30Z", "2008-05-17T10:45Z"])
    #expect(
      try ticks("5/20,7 9-10 * * *", after: "2008-05-17T10:20:00Z")
        == ["2008-05-17T10:25Z", "2008-05-17T10:45Z", "2008-05-18T09:05Z"])
    #expect(
      try ticks("0 0 29 feb *", after: "2008-03-01T00:00:00Z")
        == ["2012-02-29T00:00Z", "2016-02-29T00:00Z", "2020-02-29T00:00Z"])
    #expect(
      try ticks("0 12 * * mon-fri", after: "2008-05-17T10:00:00Z")
        == ["2008-05-19T12:00Z", "2008-05-20T12:00Z", "2008-05-21T12:00Z"])
    #expect(try ticks("0 0 * * 7", after: "2008-05-17T10:00:00Z", count: 1) == ["2008-05-18T00:00Z"])
    #expect(try ticks("@hourly", after: "2008-05-17T10:00:00Z", count: 1) == ["2008-05-17T11:00Z"])
    // Either day field suffices where both are restricted.
    #expect(
      try ticks("0 0 1 * sun", after: "2008-05-17T10:00:00Z")
        == ["2008-05-18T00:00Z", "2008-05-25T00:00Z", "2008-06-01T00:00Z"])
    #expect(try ticks("0 0 30 2 *", after: "2008-05-17T10:00:00Z") == [])
  }

  @Test func aTickIsNeverAtOrBeforeTheMoment() throws {
    #expect(try ticks("0 10 * * *", after: "2008-05-17T10:00:00Z", count: 1) == ["2008-05-18T10:00Z"])
    #expect(try ticks("0 10 * * *", after: "2008-05-17T09:59:59.999Z", count: 1) == ["2008-05-17T10:00Z"])
    #expect(try ticks("0 0 1 1 *", after: "1969-06-01T00:00:00Z", count: 1) == ["1970-01-01T00:00Z"])
  }

  /// San Francisco, 2008: clocks go forward on March 9 at 2:00, back on November 2 at 2:00.
  @Test func daylightSaving() throws {
    let zone = "America/Los_Angeles"
    #expect(
      try ticks("30 2 * * *", zone, after: "2008-03-08T11:00:00Z")
        == ["2008-03-09T10:00Z", "2008-03-10T09:30Z", "2008-03-11T09:30Z"])
    #expect(
      try ticks("30 1 * * *", zone, after: "2008-11-01T09:00:00Z")
        == ["2008-11-02T08:30Z", "2008-11-03T09:30Z", "2008-11-04T09:30Z"])
    #expect(
      try ticks("0 * * * *", zone, after: "2008-11-02T07:30:00Z", count: 4)
        == ["2008-11-02T08:00Z", "2008-11-02T09:00Z", "2008-11-02T10:00Z", "2008-11-02T11:00Z"])
    #expect(
      try ticks("0 * * * *", zone, after: "2008-03-09T08:30:00Z")
        == ["2008-03-09T09:00Z", "2008-03-09T10:00Z", "2008-03-09T11:00Z"])
  }

  @Test(arguments: [
    "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
    "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "-1 * * * *", "* * * foo *", "+1 * * * *", "@never",
  ])
  func refuses(text: String) {
    #expect(CronFields(text) == nil)
  }

  @Test func intervalsAreTheSameForEverybody() {
    let schedule = CronSchedule.interval(milliseconds: 2_000)
    #expect(schedule.next(after: EventTime(unixMilliseconds: 1_001))?.unixMilliseconds == 2_000)
    #expect(schedule.next(after: EventTime(unixMilliseconds: 2_000))?.unixMilliseconds == 4_000)
    #expect(schedule.next(after: EventTime(unixMilliseconds: -1))?.unixMilliseconds == 0)
    #expect(schedule.next(after: EventTime(unixMilliseconds: .max)) == nil)
    let latest = schedule.latest(after: EventTime(unixMilliseconds: 0), upTo: EventTime(unixMilliseconds: 9_999))
    #expect(latest?.tick.unixMilliseconds == 8_000)
    #expect(latest?.missed == 3)
  }

  @Test func aLongPauseCostsLittle() throws {
    let fields = try #require(CronFields("* * * * *"))
    let schedule = try #require(CronSchedule(fields, in: "UTC"))
    let moment = try #require(EventTime(rfc3339: "2008-05-17T10:00:30Z"))
    let latest = try #require(schedule.latest(after: EventTime(unixMilliseconds: 0), upTo: moment))
    #expect(latest.tick.rfc3339 == "2008-05-17T10:00:00.000Z")
  }
}
