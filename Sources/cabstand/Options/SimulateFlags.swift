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

  /// How people get about.
  enum WorldKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// As the crow flies, at the hour's median speed.
    case crow
    /// By the fastest way through a network of roads.
    case road
  }

  @Option(
    help:
      "How people get about: crow, straight at the hour's median speed; or road, by the fastest way through a network.")
  var world: WorldKind = .crow

  @Option(help: ArgumentHelp("With --world road: table of nodes with their positions.", valueName: "file"))
  var roadNodes: String?

  @Option(help: ArgumentHelp("With --world road: table of edges with lengths and times or speeds.", valueName: "file"))
  var roadEdges: String?

  func validate() throws {
    if (world == .road) != (roadNodes != nil && roadEdges != nil) || (roadNodes == nil) != (roadEdges == nil) {
      throw ValidationError("--world road needs --road-nodes and --road-edges, and they need it.")
    }
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
  func scenario() throws -> Scenario {
    var scenario = try day.scenario()
    if let roadNodes, let roadEdges {
      let roads = try RoadFiles.read(nodes: roadNodes, edges: roadEdges)
      scenario.notes.append("\(roadNodes), \(roadEdges): \(roads.nodeCount) nodes, \(roads.edgeCount) edges")
      scenario.travelTime.roads = roads
    }
    return scenario
  }

  /// What the dispatcher knows before the day begins; reads a file, so it blocks.
  func knowledge(for scenario: Scenario) throws -> DispatcherKnowledge {
    try day.history.map { try DispatcherKnowledge(history: $0, for: scenario) } ?? DispatcherKnowledge()
  }

  /// How people behave under a policy.
  func options(_ policy: SimulationPolicy, isMapped: Bool) -> SimulationOptions {
    SimulationOptions(
      world: day.world(declineShare: policy.declineShare ?? day.declines), offlineShare: offline,
      disconnectShare: disconnect, isMapped: isMapped, policyName: policy.name)
  }
}
