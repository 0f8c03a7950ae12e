import ArgumentParser
import Replay

/// Which day is simulated, and how.
struct SimulateFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Trips file (CSV, plain or .gz): cabspotting style, or New York TLC 2009 to 2016.", valueName: "file"))
  var trips: String?

  @Option(
    help: ArgumentHelp("Pings of the fleet, or a list of taxis with positions: where drivers start.", valueName: "file")
  )
  var pings: String?

  @Option(
    help: ArgumentHelp(
      "Trips of days before, from which the dispatcher learns; the city itself moves as --trips tells.",
      valueName: "file"))
  var history: String?

  @Option(help: ArgumentHelp("Simulate a generated city instead of files: demo.", valueName: "name"))
  var city: String?

  @Option(help: ArgumentHelp("How many cabs drive: a number, or a share such as 0.7. Default: all.", valueName: "n"))
  var fleet: String?

  @Option(
    help: ArgumentHelp("Local time of day at which to begin. Default: the file's first trip.", valueName: "HH:MM"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "Local time of day after which nobody asks any more. Default: the last trip.", valueName: "HH:MM"))
  var to: String?

  @Option(help: "Chooses the cabs, reaction times, declines, breaks and lost connections.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Policy in YAML; repeat to simulate the day under each and compare. Default: as serve does.", valueName: "file"))
  var policy: [String] = []

  @Option(help: "Share of offers that drivers decline, 0 to 1.")
  var declines: Double = 0

  @Option(help: "Share of drivers who take breaks off shift, 0 to 1.")
  var offline: Double = 0

  @Option(help: "Share of drivers whose phone loses its connection now and then, 0 to 1.")
  var disconnect: Double = 0

  @Option(help: "Seconds after which a rider to whom nobody has come gives up.")
  var patience: Int = 600

  @Option(help: "How many requests a generated city makes. Default: what the time of day asks for.")
  var requests: Int?

  func validate() throws {
    for (name, share) in [("declines", declines), ("offline", offline), ("disconnect", disconnect)] {
      guard (0...1).contains(share) else { throw ValidationError("--\(name) must be from 0 to 1.") }
    }
    guard (1...86_400).contains(patience) else { throw ValidationError("--patience must be from 1 to 86400.") }
    if let requests, requests < 1 { throw ValidationError("--requests must be at least 1.") }
    guard (trips == nil) != (city == nil) else { throw ValidationError("Give either --trips or --city demo.") }
    if let city, city != "demo" { throw ValidationError("The only generated city is demo, found \(city).") }
    _ = try (fleetSize, time(from, "from"), time(to, "to"))
  }

  private var fleetSize: FleetSize {
    get throws {
      guard let fleet else { return .all }
      guard let size = FleetSize(fleet) else {
        throw ValidationError("--fleet must be a number of cabs or a share such as 0.7, found \(fleet).")
      }
      return size
    }
  }

  private func time(_ text: String?, _ name: String) throws -> TimeOfDay? {
    guard let text else { return nil }
    guard let time = TimeOfDay(text) else { throw ValidationError("--\(name) must be HH:MM, found \(text).") }
    return time
  }

  /// The day to simulate; reads files, so it blocks.
  ///
  /// The city's speeds are those of the day itself, whatever the dispatcher knows.
  func scenario() throws -> Scenario {
    if let trips {
      return try ScenarioFiles(
        trips: trips, pings: pings, fleet: fleetSize, from: time(from, "from"), to: time(to, "to"), seed: seed
      ).load()
    }
    var drivers = 200
    if case .count(let count) = try fleetSize { drivers = count }
    return DemoCity(
      seed: seed, drivers: drivers, requests: requests, from: try time(from, "from"), to: try time(to, "to")
    ).makeScenario()
  }

  /// What the dispatcher knows before the day begins; reads a file, so it blocks.
  func knowledge(for scenario: Scenario) throws -> DispatcherKnowledge {
    try history.map { try DispatcherKnowledge(history: $0, for: scenario) } ?? DispatcherKnowledge()
  }

  /// How people behave under a policy.
  func options(_ policy: SimulationPolicy, isMapped: Bool) -> SimulationOptions {
    SimulationOptions(
      world: WorldConfiguration(
        seed: seed, declineShare: policy.declineShare ?? declines, patienceMilliseconds: Int64(patience) * 1_000),
      offlineShare: offline, disconnectShare: disconnect, isMapped: isMapped, policyName: policy.name)
  }
}
