import FunctionKit
import Foundation
import Testing

@Suite("RFC 3339")
struct RFC3339Tests {
  private func milliseconds(_ text: String) -> Int64? { EventTime(rfc3339: text)?.unixMilliseconds }

  /// A moment by its parts, by Foundation's calendar.
  private func reference(_ year: Int, _ month: Int, _ day: Int, _ second: Int) throws -> Int64 {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    let date = try #require(
      calendar.date(
        from: DateComponents(
          year: year, month: month, day: day, hour: second / 3_600, minute: second / 60 % 60, second: second % 60)))
    return Int64((date.timeIntervalSince1970 * 1_000).rounded())
  }

  private func pad(_ value: Int, _ width: Int = 2) -> String {
    String(repeating: "0", count: width - String(value).count) + String(value)
  }

  @Test("Random moments are written as Foundation writes them, and read back", arguments: 0..<8 as Range<UInt64>)
  func texts(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for _ in 0..<500 {
      // From 1583, before which Foundation's calendar is the Julian one, to the end of 9999.
      let moment = EventTime(
        unixMilliseconds: Int64.random(in: -12_212_553_600_000...253_402_300_799_999, using: &random))
      let text = moment.rfc3339
      let date = try Date(text, strategy: style)
      #expect(Int64((date.timeIntervalSince1970 * 1_000).rounded()) == moment.unixMilliseconds, "\(text)")
      #expect(EventTime(rfc3339: text) == moment, "\(text)")
    }
  }

  @Test("Random texts with offsets are read as Foundation's calendar counts", arguments: 0..<8 as Range<UInt64>)
  func offsets(seed: UInt64) throws {
    var random = SeededRandom(seed: 100 + seed)
    for _ in 0..<250 {
      let (year, month, day) = (1_583 + random.below(8_000), 1 + random.below(12), 1 + random.below(28))
      let (second, thousandth) = (random.below(86_400), random.below(1_000))
      let (hours, minutes) = (random.below(24), random.below(60))
      let sign = random.chance(0.5) ? "+" : "-"
      let text =
        "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(second / 3_600)):\(pad(second / 60 % 60)):\(pad(second % 60))"
        + ".\(pad(thousandth, 3))\(sign)\(pad(hours)):\(pad(minutes))"
      let offset = Int64(hours * 3_600 + minutes * 60) * 1_000 * (sign == "+" ? 1 : -1)
      let expected = try reference(year, month, day, second) + Int64(thousandth) - offset
      #expect(milliseconds(text) == expected, "\(text)")
    }
  }

  @Test(
    "Known moments",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2008-06-07T00:00:00.000Z", 1_212_796_800_000),
      ("2008-06-06T17:00:00-07:00", 1_212_796_800_000), ("1969-12-31T23:59:59.999Z", -1),
      ("2000-02-29T00:00:00Z", 951_782_400_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
      ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
      ("2008-06-07t00:00:00z", 1_212_796_800_000), ("2008-06-07 00:00:00Z", 1_212_796_800_000),
      ("2008-06-07T00:00:00.5Z", 1_212_796_800_500), ("2008-06-07T00:00:00.123456789Z", 1_212_796_800_123),
    ] as [(String, Int64)])
  func known(text: String, expected: Int64) { #expect(milliseconds(text) == expected) }

  @Test("29 February is in leap years only, and every month has its days")
  func leapYears() {
    for year in [0, 4, 1_600, 1_900, 1_999, 2_000, 2_004, 2_023, 2_024, 2_100, 2_400, 9_996, 9_999] {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      #expect((milliseconds("\(pad(year, 4))-02-29T00:00:00Z") != nil) == isLeap, "\(year)")
    }
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for (month, count) in days.enumerated() {
      #expect(milliseconds("2023-\(pad(month + 1))-\(pad(count))T00:00:00Z") != nil)
      #expect(milliseconds("2023-\(pad(month + 1))-\(pad(count + 1))T00:00:00Z") == nil)
    }
  }

  @Test(
    "Garbage is no time",
    arguments: [
      "", "2008", "2008-06-07", "2008-06-07T00:00:00", "2008-06-07T00:00Z", "2008-06-07T24:00:00Z",
      "2008-06-07T00:60:00Z", "2008-06-07T00:00:61Z", "2008-13-01T00:00:00Z", "2008-00-01T00:00:00Z",
      "2008-06-00T00:00:00Z", "2008-06-31T00:00:00Z", "2008-06-07T00:00:00.Z", "2008-06-07T00:00:00,5Z",
      "2008-06-07T00:00:00+0700", "2008-06-07T00:00:00+24:00", "2008-06-07T00:00:00+07:60", "2008-06-07T00:00:00ZZ",
      "2008-06-07T00:00:00 Z", "20080607T000000Z", "+2008-06-07T00:00:00Z", "2008-6-7T00:00:00Z  ",
      "2008-06-07X00:00:00Z", "２００８-06-07T00:00:00Z", "2008-06-07T00:00:00−07:00", "-008-06-07T00:00:00Z",
    ])
  func garbage(text: String) { #expect(EventTime(rfc3339: text) == nil) }

  @Test("No cut or mutation of a text traps")
  func mutations() {
    var generator = JSONGenerator(seed: 4)
    let text = Array("2008-06-06T17:00:00.123-07:00".utf8)
    for end in text.indices { _ = EventTime(rfc3339: String(decoding: text[..<end], as: UTF8.self)) }
    for _ in 0..<5_000 {
      guard let time = EventTime(rfc3339: String(decoding: generator.mutated(text), as: UTF8.self)) else { continue }
      #expect(
        EventTime(rfc3339: time.rfc3339) == time || !(0..<9_999).contains(Int(time.rfc3339.prefix(4)) ?? -1))
    }
  }

  @Test("No moment traps when it is written")
  func extremes() {
    for moment in [Int64.min, .min + 1, .min + 86_400_000, .max - 1, .max, -62_167_219_200_001] {
      #expect(EventTime(unixMilliseconds: moment).rfc3339.hasSuffix("Z"))
    }
  }
}
