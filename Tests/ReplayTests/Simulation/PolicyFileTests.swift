import DispatchCore
import FunctionKit
import Testing

@testable import cabstand

/// Policies in YAML: every knob, and every fault with its line.
struct PolicyFileTests {
  private static func read(_ text: String, file: String = "policies/wide.yaml") throws -> SimulationPolicy {
    try PolicyFile.read(text, file: file, functions: SimulationAssembly(regions: .standard).specifications)
  }

  @Test func `every knob reaches its function`() throws {
    let policy = try Self.read(
      """
      candidatesPerRide: 40
      maximumPickupSeconds: 900
      answerSeconds: 20
      matchIntervalSeconds: 2.5
      requestPatienceSeconds: 700
      declineShare: 0.1
      rebalancing: false
      surge: false
      functions:
        expire-offers:
          interval: 5s
          SILENT_SECONDS: 90
        zone-load: {enabled: false}
      """)
    #expect(policy.name == "wide")
    #expect(
      policy.environment == [
        "match-riders": ["CANDIDATES_PER_RIDE": "40", "MAXIMUM_PICKUP_SECONDS": "900", "ANSWER_SECONDS": "20"],
        "request-ride": ["REQUEST_PATIENCE_SECONDS": "700"], "expire-offers": ["SILENT_SECONDS": "90"],
      ])
    #expect(policy.intervals == ["match-riders": "2500ms", "expire-offers": "5s"])
    #expect(policy.disabled == ["price-zones", "rebalance-fleet", "zone-load"])
    #expect(policy.declineShare == 0.1)
    let applied = policy.applied(to: try SimulationAssembly(regions: .standard).specifications)
    let matching = try #require(applied.first { $0.name == "match-riders" })
    #expect(matching.environment["CANDIDATES_PER_RIDE"] == "40")
    #expect(matching.environment["FRESHNESS_SECONDS"] == "60")
    #expect(matching.triggers["tick"]?.attributes["interval"] == .scalar("2500ms"))
    #expect(applied.first { $0.name == "zone-load" }?.isDisabled == true)
  }

  @Test func `an empty file is the standard policy under its own name`() throws {
    var standard = SimulationPolicy()
    standard.name = "wide"
    #expect(try Self.read("") == standard)
    #expect(try Self.read("# nothing\n") == standard)
    standard.name = "another"
    #expect(try Self.read("name: another") == standard)
  }

  @Test(
    arguments: [
      ("candidatesPerRide: 10\nmaximumPickup: 5", "wide.yaml:2: unknown key maximumPickup"),
      ("candidatesPerRide: many", "wide.yaml:1: candidatesPerRide: expected a whole number from 1 to 200, found many"),
      ("candidatesPerRide: 0", "from 1 to 200, found 0"),
      ("matchIntervalSeconds: -1", "matchIntervalSeconds: expected seconds"),
      ("declineShare: 2", "expected a share from 0 to 1, found 2"),
      ("rebalancing: perhaps", "expected true or false, found perhaps"),
      ("functions:\n  match-rider:\n    interval: 2s", "wide.yaml:2: unknown function match-rider"),
      ("functions:\n  match-riders:\n    CANDIDATES: 3", "wide.yaml:3: unknown setting CANDIDATES of match-riders"),
      ("functions:\n  match-riders: {enabled: no}", "enabled: expected true or false"),
      ("- 1\n- 2", "expected a map"),
      ("a: [", "not YAML"),
    ])
  func `a fault is told with its line`(text: String, message: String) throws {
    let fault = #expect(throws: PolicyFile.Fault.self) { try Self.read(text) }
    #expect(fault?.description.contains(message) == true, "\(fault?.description ?? "")")
  }

  @Test func `every fault is told at once`() throws {
    let fault = #expect(throws: PolicyFile.Fault.self) { try Self.read("one: 1\ntwo: 2\ndeclineShare: x") }
    #expect(fault?.description.split(separator: "\n").count == 3)
  }
}
