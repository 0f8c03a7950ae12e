import Foundation
import Replay
import Testing

struct ReplayReportTests {
  private static var sample: ReplayReport {
    var tally = WorldTally()
    tally.requests = 10
    tally.served = 6
    tally.settled = 6
    tally.cancelled = 3
    tally.expired = 1
    tally.waitSeconds = [10, 20, 30, 40, 50, 600]
    tally.pickupMeters = 1_200
    tally.rideMeters = 3_600
    tally.revenueMinorUnits = 7_950
    tally.currency = "USD"
    var report = ReplayReport(tally: tally, drivers: 4)
    report.run = "run\"1"
    report.errorsByCode = ["503 x": 2, "connectionLost": 1]
    report.recoveries = [
      ReplayReport.Recovery(
        cause: "connectionLost", atSeconds: 3.25, seconds: 0.5, clearedSeconds: 0.75, failures: 9, isRecovered: true)
    ]
    report.notes = ["a note"]
    return report
  }

  @Test func addsUp() {
    let report = Self.sample
    #expect(report.serviceRate == 0.6)
    #expect(report.waitSeconds == ReplayReport.Wait(mean: 125, median: 35, p90: 600))
    #expect(report.emptyShare == 0.25)
    #expect(report.unfinished == 0)
  }

  @Test func jsonHoldsEverything() throws {
    let report = Self.sample
    let decoded = try JSONDecoder().decode(ReplayReport.self, from: Data(report.json.utf8))
    #expect(decoded == report)
    var pings = PingReport()
    pings.pings.sent = 5
    pings.errorsByCode = ["a": 1]
    #expect(try JSONDecoder().decode(PingReport.self, from: Data(pings.json.utf8)) == pings)
  }

  @Test func tableNamesTheFigures() {
    let table = Self.sample.table
    for text in ["60.0 %", "25.0 %", "79.50 USD", "mean 125 s", "503 x", "back after 0.50 s", "note: a note"] {
      #expect(table.contains(text), "\(text)")
    }
  }

  @Test func figuresForPeople() {
    #expect(FixedPoint.text(-1.005, decimals: 2) == "-1.00" || FixedPoint.text(-1.005, decimals: 2) == "-1.01")
    #expect(FixedPoint.text(0.04, decimals: 1) == "0.0")
    #expect(FixedPoint.text(1_234.5, decimals: 0) == "1235")
    #expect(FixedPoint.grouped(1_234_567) == "1,234,567")
    #expect(FixedPoint.text(.nan, decimals: 1) == "-")
  }
}
