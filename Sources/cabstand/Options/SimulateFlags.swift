import ArgumentParser
import Replay

/// Which day is simulated, and how.
struct SimulateFlags: ParsableArguments {
  @OptionGroup var day: DayFlags

  @Option(
    help: ArgumentHelp(
      "Policy in YAML; repeat to simulate the day under each and compare. Default: as serve does.", valueName: "file"))
  var policy: [String] = []

  @Option(help: "Share of drivers who take breaks off shift, 0 to 1.")
  var offline: Double = 0

  @Option(help: "Share of drivers whose phone loses its connection now and then, 0 to 1.")
  var disconnect: Double = 0

  func validate() throws {
    for (name, share) in [("offline", offline), ("disconnect", disconnect)] {
      guard (0...1).contains(share) else { throw ValidationError("--\(name) must be from 0 to 1.") }
    }
    guard (day.trips == nil) != (day.city == nil) else {
      throw ValidationError("Give either --trips or --city demo.")
    }
  }

  /// The day to simulate; reads files, so it blocks.
  ///
  /// The city's speeds are those of the day itself, whatever the dispatcher knows.
  func scenario() throws -> Scenario { try day.scenario() }

  /// What the dispatcher knows before the day begins; reads a file, so it blocks.
  func knowledge(for scenario: Scenario) throws -> DispatcherKnowledge {
    try day.history.map { try DispatcherKnowledge(history: $0, for: scenario) } ?? DispatcherKnowledge()
  }

  /// How people behave under a policy.
  func options(_ policy: SimulationPolicy, isMapped: Bool) -> SimulationOptions {
    SimulationOptions(
      world: day.world(declineShare: policy.declineShare ?? day.declines),
      offlineShare: offline, disconnectShare: disconnect, isMapped: isMapped, policyName: policy.name)
  }
}
