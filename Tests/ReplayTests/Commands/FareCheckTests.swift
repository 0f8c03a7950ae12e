import DispatchCore
import Replay
import Tariffs
import Testing

@testable import cabstand

@Suite("fare check")
struct FareCheckTests {
  /// The review of every second row: the speeds of the tariffs' estimates were found on the others.
  private func review(_ file: String, _ tariff: String) throws -> FareReview? {
    guard let path = TestData.path("nyc_fares/\(file)") else { return nil }
    var review = try #require(FareReview(TariffFile.read(tariff)))
    var row = 0
    try FareFile.read(path: path) { record in
      row += 1
      guard row % 2 == 0 else { return }
      if let record { review.add(record) } else { review.skip("unreadable") }
    }
    return review
  }

  @Test(
    "New York's recorded fares are explained by its tariffs, on the rows that no speed was tuned on",
    arguments: [
      ("fares_2013-2016_dev.csv.gz", "nyc-2012", 14_000), ("green_2024-01.csv.gz", "nyc-2022", 21_000),
    ])
  func recorded(file: String, tariff: String, rows: Int) throws {
    guard let review = try review(file, tariff) else { return }
    #expect(review.rows > rows)
    for (name, count) in [
      ("grid", review.onGrid), ("bounds", review.withinBounds), ("surcharges", review.surchargesExplained),
      ("totals", review.totalsExplained),
    ] {
      #expect(count * 100 >= review.rows * 99, "\(name): \(count) of \(review.rows)")
    }
    #expect(review.computedWithinBounds == review.rows)
    #expect(review.medianAbsoluteErrorMinor == 0)
    #expect(review.flatFound * 100 >= review.flatAtAirport * 95)
    #expect(review.flatElsewhere * 1_000 < review.rows)
  }

  @Test("Every example is a tariff, and stays one as text")
  func examples() throws {
    for example in Tariffs.all {
      let tariff = try TariffFile.parse(example.yaml, file: example.name)
      let again = try Tariff(try #require(TariffDocument(text: tariff.document.text)))
      #expect(again == tariff)
    }
  }

  @Test("New York's least pay: seven and a half miles in half an hour at the rates of 2024")
  func driverPay() throws {
    let tariff = try TariffFile.read("nyc-driver-pay")
    let floor = tariff.driverPay?.floorMinorUnits(
      micrometers: FareUnits.mileMicrometers * 15 / 2, milliseconds: 1_800_000, currency: .usd, rounding: .halfUp)
    // 7.5 × 1.360 + 30 × 0.583 = 10.20 + 17.49.
    #expect(floor == 2_769)
  }

  @Test("What is wrong with a file is told with its field")
  func faults() {
    for (yaml, expected) in [
      ("a: 1", "id is missing"), ("- 1", "a mapping"), ("id: [", "not YAML"), ("id: &x 1\nregion: *x", "timeZone"),
      (
        "id: t\nregion: sf\ncurrency: USD\ntimeZone: UTC\nvalidFrom: 2020-01-01\nbase: 1.005",
        "base must be whole minor units"
      ),
      ("id: t\nregion: sf\ncurrency: USD\ntimeZone: UTC\nvalidFrom: 2020-01-01\nbse: 1", "bse is no field"),
    ] {
      do {
        _ = try TariffFile.parse(yaml, file: "f")
        Issue.record("\(yaml) was taken")
      } catch {
        #expect("\(error)".contains(expected) || expected == "timeZone", "\(error)")
      }
    }
  }
}
