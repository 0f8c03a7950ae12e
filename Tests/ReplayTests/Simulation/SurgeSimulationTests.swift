import DispatchCore
import FunctionKit
import Replay
import Synchronization
import Testing

@testable import cabstand

/// Surge in simulated days, whose riders take every price.
struct SurgeSimulationTests {
  private struct Day {
    var report: SimulationReport
    /// The lines of the decision log, without what was charged.
    var decisions: [Substring]
    var prices: String
  }

  private func live(_ settings: [String: String] = [:], isOff: Bool = false) async throws -> Day {
    let scenario = SmallCity.scenario(seed: 8, drivers: 12, requests: 140)
    var policy = SimulationPolicy()
    policy.environment["price-zones"] = settings
    if isOff { policy.disabled = ["price-zones"] }
    let text = Mutex<[UInt8]>([])
    let prices = Mutex<[UInt8]>([])
    let parts = try await SimulationAssembly(regions: .standard).parts(
      for: scenario, policy: policy, prices: { lines in prices.withLock { $0 += lines } })
    let result = await Simulation(
      scenario: scenario, options: SmallCity.unruly(seed: 8), parts: parts,
      log: DecisionLog { bytes in text.withLock { $0 += bytes } }
    ).run()
    let log = String(decoding: text.withLock { $0 }, as: UTF8.self)
    return Day(
      report: result.report, decisions: log.split(separator: "\n").filter { !$0.contains(" charge ") },
      prices: String(decoding: prices.withLock { $0 }, as: UTF8.self))
  }

  @Test func `a shortage costs more and decides nothing else`() async throws {
    // A small city has few requests per zone: two are enough to tell.
    let settings = ["MINIMUM_REQUESTS": "2"]
    let surged = try await live(settings)
    let plain = try await live(isOff: true)
    #expect(surged.report.replay.revenue.minorUnits > plain.report.replay.revenue.minorUnits)
    #expect(surged.decisions == plain.decisions)
    #expect(surged.report.violations == [] && surged.report.replay.errorsByCode == [:])
    #expect(plain.prices.isEmpty)
    let again = try await live(settings)
    #expect(again.report.decisionLogDigest == surged.report.decisionLogDigest)
    #expect(again.prices == surged.prices)
  }

  @Test func `a cap of 1.0 gives the same bytes as no prices`() async throws {
    let capped = try await live(["CAP_TENTHS": "10", "MINIMUM_REQUESTS": "1"])
    let off = try await live(isOff: true)
    #expect(capped.report.decisionLogDigest == off.report.decisionLogDigest)
    #expect(capped.report.replay.revenue == off.report.replay.revenue)
  }

  @Test func `prices that are written down have the columns of their header`() async throws {
    let lines = try await live(["MINIMUM_REQUESTS": "2"]).prices.split(separator: "\n")
    let columns = PriceLog.header.split(separator: ",").count
    #expect(!lines.isEmpty)
    for line in lines {
      let fields = line.split(separator: ",")
      #expect(fields.count == columns)
      let numbers = [fields[0]] + fields[3...]
      #expect(numbers.allSatisfy { Double($0) != nil }, "\(line)")
      #expect(fields[1] == "sf")
    }
  }
}
