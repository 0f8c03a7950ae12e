import DispatchCore
import Testing

@Suite("Tariffs")
struct TariffTests {
  private let plain: [(String, String)] = [
    ("id", "t-1"), ("region", "sf"), ("currency", "USD"), ("timeZone", "America/New_York"), ("validFrom", "2022-12-19"),
    ("base", "2.50"),
  ]

  private func error(_ more: (String, String)..., without: String? = nil) -> String? {
    do throws(TariffError) {
      _ = try Tariff(TariffDocument(fields: plain.filter { $0.0 != without } + more))
      return nil
    } catch {
      return error.path
    }
  }

  @Test("What is wrong is named with its path")
  func errors() {
    #expect(error() == nil)
    for field in ["id", "region", "currency", "timeZone", "validFrom"] { #expect(error(without: field) == field) }
    #expect(error(("bse", "1")) == "bse")
    #expect(error(("base.amount", "1")) == "base.amount")
    #expect(error(("minimum", "-1")) == "minimum")
    #expect(error(("minimum", "1.005")) == "minimum")
    #expect(error(("minimum", "1e3")) == "minimum")
    #expect(error(("minimum", "0x10")) == "minimum")
    #expect(error(("minimum", "99999999999999")) == "minimum")
    #expect(error(("validUntil", "2022-12-19")) == "validUntil")
    #expect(error(("rounding", "down")) == "rounding")
    #expect(error(("commission", "101")) == "commission")
    #expect(error(("distance.rate", "1")) == "distance.per")
    #expect(error(("distance.per", "1 parsec"), ("distance.rate", "1")) == "distance.per")
    #expect(error(("distance.per", "0 km"), ("distance.rate", "1")) == "distance.per")
    #expect(
      error(("distance.per", "1 km"), ("distance.bands.0.from", "1 km"), ("distance.bands.0.rate", "1"))
        == "distance.bands.0.from")
    #expect(error(("surge.cap", "1.25")) == "surge.cap")
    #expect(error(("surge.lines.0", "tolls")) == "surge.lines")
    #expect(error(("surcharges.0.name", "a"), ("surcharges.0.amount", "1"), ("surcharges.0.area", "x")) == "areas")
    #expect(error(("surcharges.0.name", "base"), ("surcharges.0.amount", "1")) == "base")
    #expect(error(("areas.0.name", "x")) == "areas.0")
    #expect(error(("areas.0.name", "x"), ("areas.0.polygon.0", "91 0")) == "areas.0.polygon.0")
    #expect(error(("areas.0.name", "x"), ("areas.0.polygon.0", "1 0")) == "areas.0.polygon")
    #expect(error(("meter.initial", "1")) == "meter.unit")
    #expect(error(("holidays.0", "13-01")) == "holidays.0")
    #expect(error(("holidays.0", "01-mon-6")) == "holidays.0")
    #expect(error(("timeZone", "EST5EDT"), without: "timeZone") == "timeZone")
  }

  @Test("A document as text is the same document; differences are told by path")
  func documents() throws {
    let old = try Tariff(TariffDocument(fields: plain))
    #expect(TariffDocument(text: old.document.text) == old.document)
    let new = TariffDocument(fields: plain.filter { $0.0 != "base" } + [("base", "3.00"), ("minimum", "5")])
    let differences = old.document.differences(from: new).map { "\($0.path) \($0.here ?? "-") \($0.there ?? "-")" }
    #expect(differences == ["base 2.50 3.00", "minimum - 5"])
    #expect(old.document.differences(from: old.document).isEmpty)
  }

  @Test("Garbage never ends the process", arguments: 0..<20)
  func garbage(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let paths = [
      "base", "distance.per", "distance.rate", "distance.bands.0.from", "distance.bands.0.rate", "meter.initial",
      "meter.unit", "meter.unitDistance", "holidays.0", "areas.0.polygon.0", "areas.0.name", "taxes.0.percent", "validUntil",
      "surcharges.0.window.from", "surcharges.0.window.days", "driverPay.time.rate", "timeZone",
    ]
    let values = [
      "", "-", ".", "0", "1", "-1", "999999999999", "9999999999999999999999", "1 km", "1 ", " km", "mon-", "-fri", "24:60",
      "M3.2.0", "EST5EDT,M13.2.0,M1.1.1", "0.0000001", "é", "nan", "1.", ".5", "2022-02-30", "0000-00-00",
    ]
    for _ in 0..<2_000 {
      var fields = plain
      for _ in 0..<6 {
        fields.append((paths[random.below(paths.count)], values[random.below(values.count)]))
      }
      _ = try? Tariff(TariffDocument(fields: fields))
    }
  }

  @Test("Amounts are what was written, to the last place, in any currency")
  func decimals() {
    #expect(FixedDecimal("0.631")?.millionths == 631_000)
    #expect(FixedDecimal("-12.5")?.description == "-12.5")
    #expect(FixedDecimal("7")?.description == "7")
    for text in ["", ".", "1.", ".1", "1.0000000", "1,5", "+1", "1e2", "--1", "1.2.3", "1234567890123"] {
      #expect(FixedDecimal(text) == nil, "\(text)")
    }
    #expect(Money(minorUnits: -5, currency: .usd).text == "-0.05 USD")
    #expect(Currency("JPY").map { Money(minorUnits: 500, currency: $0).text } == "500 JPY")
    #expect(Currency("KWD").map { Money(minorUnits: 1_005, currency: $0).text } == "1.005 KWD")
  }

  @Test("Local time by rule: New York's summers, holidays, nights and rush hours")
  func time() throws {
    let zone = try #require(CivilTimeZone("America/New_York"))
    for (text, utc) in [
      ("2016-03-13T01:59:59", 1_457_852_399), ("2016-03-13T03:00", 1_457_852_400), ("2016-11-06T01:59:59", 1_478_411_999),
      ("2016-11-06T02:00", 1_478_415_600), ("2016-07-01", 1_467_345_600), ("1969-12-31T19:00", 0),
    ] as [(String, Int64)] {
      let local = try #require(LocalMoment(text))
      #expect(zone.moment(local) == Timestamp(unixMilliseconds: utc * 1_000), "\(text)")
      #expect(zone.local(Timestamp(unixMilliseconds: utc * 1_000)) == local, "\(text)")
    }
    #expect(CivilTimeZone("Australia/Sydney")?.offsetSeconds(at: Timestamp(unixMilliseconds: 0)) == 39_600)
    #expect(CivilTimeZone("Asia/Kolkata")?.offsetSeconds(at: Timestamp(unixMilliseconds: 0)) == 19_800)
    #expect(CivilTimeZone("Nowhere/Else") == nil)
    _ = zone.local(Timestamp(unixMilliseconds: .min))
    _ = zone.local(Timestamp(unixMilliseconds: .max))
    #expect(CalendarDay("2016-02-30") == nil)
    #expect(CalendarDay.nth(4, weekday: 3, month: 11, year: 2024).description == "2024-11-28")
    #expect(CalendarDay.nth(5, weekday: 0, month: 5, year: 2015).description == "2015-05-25")
  }
}
