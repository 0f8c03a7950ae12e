import DispatchCore
import FunctionKit
import Replay
import Testing

@testable import cabstand

/// Days on which drivers take the next ride before the present one is over.
struct NextRideSimulationTests {
  private func live(_ scenario: Scenario, _ options: SimulationOptions, isAllowed: Bool = true) async throws
    -> SimulationResult
  {
    var parts = try await SimulationAssembly(regions: .standard).parts(for: scenario, policy: SimulationPolicy())
    parts.offersNextRides = isAllowed
    let index = try #require(parts.functions.firstIndex { $0.name == "match-riders" })
    parts.functions[index].function = NextRideMatcher(
      parts.functions[index].function, rides: parts.record, fleet: parts.fleet, regions: parts.regions, seconds: 300)
    return await Simulation(scenario: scenario, options: options, parts: parts).run()
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `a city short of drivers keeps every invariant, twice the same`(_ seed: UInt64) async throws {
    let scenario = SmallCity.scenario(seed: seed, drivers: 12)
    let first = try await live(scenario, SmallCity.unruly(seed: seed)).report
    let second = try await live(scenario, SmallCity.unruly(seed: seed)).report
    #expect(first.decisionLogDigest == second.decisionLogDigest)
    #expect(first.violations == [])
    #expect(first.replay.errorsByCode == [:])
    #expect(first.replay.unfinished == 0 && first.replay.unsettled == 0)
    #expect(first.replay.offers.next > 0)
    #expect(first.replay.offers.next <= first.replay.offers.accepted)
  }

  /// Twenty minutes of a recorded Friday evening with too few cabs.
  @Test func `a recorded evening keeps every invariant`() async throws {
    guard let trips = TestData.path("sf_cabs/trips_2008-06-06_fri.csv.gz"),
      let pings = TestData.path("sf_cabs/pings_2008-06-06_fri.csv.gz")
    else { return }
    let scenario = try ScenarioFiles(
      trips: trips, pings: pings, fleet: .share(0.4), from: TimeOfDay("18:00"), to: TimeOfDay("18:20")
    ).load()
    let report = try await live(scenario, SmallCity.unruly(seed: 7)).report
    #expect(report.violations == [])
    #expect(report.replay.errorsByCode == [:])
    #expect(report.replay.offers.next > 50)
  }

  @Test func `where they are not allowed, the check of offers finds them`() async throws {
    let scenario = SmallCity.scenario(seed: 1, drivers: 12)
    let report = try await live(scenario, SimulationOptions(), isAllowed: false).report
    #expect(!report.violations.isEmpty)
    #expect(report.violations.allSatisfy { $0.hasPrefix("onlyFreeDrivers: ") })
  }

  @Test func `without them nobody takes a ride during a ride`() async throws {
    let scenario = SmallCity.scenario(seed: 1, drivers: 12)
    let report = try await SmallCity.live(scenario, options: SimulationOptions()).report
    #expect(report.replay.offers.next == 0 && report.violations == [])
    #expect(!report.replay.table.contains("during a ride"))
  }
}
