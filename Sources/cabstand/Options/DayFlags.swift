import ArgumentParser
import Replay

/// Which day of a city is lived through, by `replay` and `simulate` alike.
struct DayFlags: ParsableArguments {
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
      "Trips of days before, to learn from: replay the city's speeds, simulate what the dispatcher knows.",
      valueName: "file"))
  var history: String?

  @Option(help: ArgumentHelp("A generated city instead of files: demo.", valueName: "name"))
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

  @Option(help: "Chooses the cabs and how people behave.")
  var seed: UInt64 = 1

  @Option(help: "Share of offers that drivers decline, 0 to 1.")
  var declines: Double = 0

  @Option(help: "Seconds after which a rider to whom nobody has come gives up.")
  var patience: Int = 600

  @Option(
    help:
      "Seconds that drivers take to answer an offer, half more or less. Default: 0 on recorded days, 4 in generated.")
  var reaction: Double?

  @Option(
    help:
      "Seconds from arrival until the rider is aboard. Default: 0 on recorded days, whose trips hold it, 5 in generated."
  )
  var boarding: Double?

  @Option(help: "How many requests a generated city makes. Default: what the time of day asks for.")
  var requests: Int?

  func validate() throws {
    guard (0...1).contains(declines) else { throw ValidationError("--declines must be from 0 to 1.") }
    guard (1...86_400).contains(patience) else { throw ValidationError("--patience must be from 1 to 86400.") }
    for (name, seconds) in [("reaction", reaction), ("boarding", boarding)] {
      guard (0...600).contains(seconds ?? 0) else { throw ValidationError("--\(name) must be from 0 to 600.") }
    }
    if let requests, requests < 1 { throw ValidationError("--requests must be at least 1.") }
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

  /// The day; reads files, so it blocks.
  /// - Parameters:
  ///   - speeds: trips from which the city's speeds are learned; nil learns them from the day itself.
  ///   - detour: driven distance over crow distance.
  func scenario(speeds: String? = nil, detour: Double = 1) throws -> Scenario {
    if let trips {
      return try ScenarioFiles(
        trips: trips, pings: pings, history: speeds, fleet: fleetSize, from: time(from, "from"), to: time(to, "to"),
        seed: seed, detour: detour
      ).load()
    }
    var drivers = 200
    if case .count(let count) = try fleetSize { drivers = count }
    return DemoCity(
      seed: seed, drivers: drivers, requests: requests, from: try time(from, "from"), to: try time(to, "to"),
      detour: detour
    ).makeScenario()
  }

  /// How people behave.
  /// - Parameter declineShare: the share of offers that drivers decline.
  func world(declineShare: Double) -> WorldConfiguration {
    let (answer, board) = (reaction ?? (trips == nil ? 4 : 0), boarding ?? (trips == nil ? 5 : 0))
    return WorldConfiguration(
      seed: seed, reactionMilliseconds: Int64(answer * 500)...Int64(answer * 1_500), declineShare: declineShare,
      boardingMilliseconds: Int64(board * 1_000), patienceMilliseconds: Int64(patience) * 1_000)
  }
}
