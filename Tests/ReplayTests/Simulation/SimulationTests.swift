import DispatchCore
import FunctionKit
import Replay
import Synchronization
import Testing

@testable import cabstand

/// Days in virtual time, on the functions and stores that a server would have in memory.
struct SimulationTests {
  @Test func `ten seeds, each lived through twice, decide the same`() async throws {
    var digests: Set<String> = []
    for seed in 1...10 as ClosedRange<UInt64> {
      let scenario = SmallCity.scenario(seed: seed)
      let first = try await SmallCity.live(scenario, options: SmallCity.unruly(seed: seed)).report
      let second = try await SmallCity.live(scenario, options: SmallCity.unruly(seed: seed)).report
      #expect(first.decisionLogDigest == second.decisionLogDigest)
      #expect(first.decisions == second.decisions)
      for report in [first, second] {
        #expect(report.violations == [])
        #expect(report.replay.errorsByCode == [:])
        #expect(report.replay.unfinished == 0 && report.replay.unsettled == 0)
      }
      digests.insert(first.decisionLogDigest)
    }
    #expect(digests.count == 10)
  }

  @Test func `the seed alone makes another day of the same scenario`() async throws {
    let scenario = SmallCity.scenario(seed: 1)
    var digests: Set<String> = []
    for seed in 1...3 as ClosedRange<UInt64> {
      digests.insert(try await SmallCity.live(scenario, options: SmallCity.unruly(seed: seed)).report.decisionLogDigest)
    }
    #expect(digests.count == 3)
  }

  @Test func `every kind of decision is in the log, in the order of time`() async throws {
    let text = Mutex<[UInt8]>([])
    let log = DecisionLog { bytes in text.withLock { $0 += bytes } }
    let result = try await SmallCity.live(
      SmallCity.scenario(seed: 4), options: SmallCity.unruly(seed: 4), log: log)
    let bytes = text.withLock { $0 }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count == result.report.decisions)
    let moments = lines.compactMap { Int64($0[0]) }
    #expect(moments.count == lines.count)
    #expect(zip(moments, moments.dropFirst()).allSatisfy { $0 <= $1 })
    let kinds = Set(lines.map { $0[1] })
    #expect(
      kinds.isSuperset(of: ["online", "offline", "lost", "back", "offer", "accept", "decline", "ride", "charge"]))
    let charges = lines.count { $0[1] == "charge" }
    #expect(charges == result.report.replay.served)
    var hash = FNV1a()
    hash.combine(bytes)
    #expect(UInt64(result.report.decisionLogDigest, radix: 16) == hash.value)
  }

  @Test func `the figures of a report fit together`() async throws {
    let scenario = SmallCity.scenario(seed: 2)
    let result = try await SmallCity.live(scenario, options: SimulationOptions())
    let report = result.report
    let replay = report.replay
    #expect(replay.requests == scenario.requests.count)
    #expect(replay.served + replay.expired + replay.cancelled + replay.refused + replay.failed == replay.requests)
    #expect(replay.served > 0 && replay.revenue.minorUnits > 0 && replay.offers.received >= replay.served)
    #expect(result.waits.compactMap { $0 }.count == replay.served)
    #expect(result.waits.compactMap { $0 }.allSatisfy { (0...600).contains($0) })
    #expect(abs(report.pickupShare + report.rebalanceShare - replay.emptyShare) < 1e-9)
    #expect(replay.pings.accepted > 0 && replay.pings.rejected == 0)
    #expect(result.series.samples.last?.requests == replay.requests)
    let last = try #require(result.series.samples.last)
    #expect(last.drivers.reduce(0, +) == scenario.drivers.count)
  }

  @Test func `the JSON has a replay's members and a simulation's`() async throws {
    let report = try await SmallCity.live(
      SmallCity.scenario(seed: 3), options: SmallCity.unruly(seed: 3)
    ).report
    guard case .object(let members) = try JSONValue(parsing: Array(report.json.utf8)),
      case .object(let replayed) = try JSONValue(parsing: Array(ReplayReport().json.utf8))
    else {
      Issue.record("the report is no object")
      return
    }
    #expect(Set(members.keys).isSuperset(of: replayed.keys))
    #expect(
      Set(members.keys).isSuperset(of: ["rebalanceShare", "pickupShare", "declines", "decisionLogDigest", "violations"])
    )
    #expect(members["declines"]?.integer == report.replay.offers.declined)
    #expect(report.table.contains(report.decisionLogDigest))
  }

  @Test func `a policy changes what the functions do`() async throws {
    // Drivers enough that only waiting for the next batch makes anybody wait longer.
    let scenario = SmallCity.scenario(seed: 5, drivers: 150)
    var slow = SimulationPolicy()
    slow.name = "slow"
    slow.intervals["match-riders"] = "60s"
    var short = SimulationPolicy()
    short.name = "short"
    short.environment["match-riders"] = ["MAXIMUM_PICKUP_SECONDS": "60"]
    let standard = try await SmallCity.live(scenario, options: SimulationOptions())
    let slowed = try await SmallCity.live(scenario, options: SimulationOptions(policyName: "slow"), policy: slow)
    let shortened = try await SmallCity.live(scenario, options: SimulationOptions(policyName: "short"), policy: short)
    #expect(slowed.report.matching.batches < standard.report.matching.batches / 20)
    #expect(slowed.report.replay.waitSeconds.mean > standard.report.replay.waitSeconds.mean)
    #expect(shortened.report.replay.served < standard.report.replay.served)
    let comparison = PolicyComparison([standard.report, shortened.report])
    #expect(comparison.table.contains("difference"))
    let json = try JSONValue(parsing: Array(comparison.json.utf8))
    #expect(json["policies"]?.elements?.count == 2)
    let served = shortened.report.replay.served - standard.report.replay.served
    #expect(json["differences"]?.elements?.first?["served"]?.double == Double(served))
  }

  @Test func `charts are pictures of every kind`() async throws {
    var options = SimulationOptions()
    options.isMapped = true
    let result = try await SmallCity.live(SmallCity.scenario(seed: 6), options: options)
    let charts = SimulationCharts(result).all
    #expect(charts.map(\.name) == ["waits", "requests", "fleet", "empty", "map"])
    for (name, svg) in charts {
      #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"), "\(name)")
      #expect(svg.contains("<polyline") || svg.contains("<polygon") || svg.contains("<rect x"), "\(name)")
      #expect(!svg.contains("nan"), "\(name)")
    }
  }

  /// Twenty minutes of a recorded Friday evening.
  @Test func `a recorded evening keeps every invariant`() async throws {
    guard let trips = TestData.path("sf_cabs/trips_2008-06-06_fri.csv.gz"),
      let pings = TestData.path("sf_cabs/pings_2008-06-06_fri.csv.gz")
    else { return }
    let scenario = try ScenarioFiles(
      trips: trips, pings: pings, fleet: .share(0.5), from: TimeOfDay("18:00"), to: TimeOfDay("18:20")
    ).load()
    let first = try await SmallCity.live(scenario, options: SmallCity.unruly(seed: 7)).report
    let second = try await SmallCity.live(scenario, options: SmallCity.unruly(seed: 7)).report
    #expect(first.decisionLogDigest == second.decisionLogDigest)
    #expect(first.violations == [])
    #expect(first.replay.drivers == 252 && first.replay.requests > 200)
    #expect(first.replay.serviceRate > 0.5)
  }
}
