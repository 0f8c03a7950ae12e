import ArgumentParser
import Replay

/// Which day is played, and how.
struct ReplayFlags: ParsableArguments {
  /// City seconds per real second, or as fast as the server takes it.
  enum Speed: ExpressibleByArgument, Sendable, Equatable {
    case rate(Double)
    case max

    init?(argument: String) {
      if argument == "max" {
        self = .max
      } else if let rate = Double(argument), rate > 0, rate <= 3_600 {
        self = .rate(rate)
      } else {
        return nil
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      "Trips file (CSV, plain or .gz): cabspotting style, or New York TLC 2009 to 2016.", valueName: "file"))
  var trips: String?

  @Option(
    help: ArgumentHelp("Pings of the fleet, or a list of taxis with positions: where drivers start.", valueName: "file")
  )
  var pings: String?

  @Option(help: ArgumentHelp("Trips from which speeds are learned; default: the trips themselves.", valueName: "file"))
  var history: String?

  @Option(help: ArgumentHelp("Play a generated city instead of files: demo.", valueName: "name"))
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

  @Option(help: "How many times faster than real time the city runs, up to 3600; `max` only posts the pings.")
  var speed: Speed = .rate(60)

  @Option(help: "Chooses the cabs, reaction times and declines.")
  var seed: UInt64 = 1

  @Option(help: "Share of offers that drivers decline, 0 to 1.")
  var declines: Double = 0

  @Option(help: "Seconds after which a rider to whom nobody has come gives up.")
  var patience: Int = 600

  @Option(help: "Driven distance over crow distance.")
  var detour: Double = 1

  @Option(help: "How many requests a generated city makes. Default: what the time of day asks for.")
  var requests: Int?

  @Option(help: "With --speed max: pings per request, 1 to 1000.")
  var batch: Int = 100

  @Option(help: "With --speed max: connections that post at once.")
  var connections: Int = 8

  @Option(help: "With --speed max: post in a random order chosen by this seed.")
  var shuffle: UInt64?

  @Option(help: "With --speed max: share of pings that are posted twice, 0 to 1.")
  var duplicates: Double = 0

  func validate() throws {
    guard (0...1).contains(declines) else { throw ValidationError("--declines must be from 0 to 1.") }
    guard (1...86_400).contains(patience) else { throw ValidationError("--patience must be from 1 to 86400.") }
    guard detour.isFinite, (1...10).contains(detour) else { throw ValidationError("--detour must be from 1 to 10.") }
    guard (1...1_000).contains(batch) else { throw ValidationError("--batch must be from 1 to 1000.") }
    guard (1...256).contains(connections) else { throw ValidationError("--connections must be from 1 to 256.") }
    guard (0...1).contains(duplicates) else { throw ValidationError("--duplicates must be from 0 to 1.") }
    if let requests, requests < 1 { throw ValidationError("--requests must be at least 1.") }
    if speed == .max {
      guard pings != nil, trips == nil, city == nil else {
        throw ValidationError("--speed max only posts recorded pings: give --pings, and neither --trips nor --city.")
      }
    } else {
      guard (trips == nil) != (city == nil) else {
        throw ValidationError("Give either --trips or --city demo (or --pings with --speed max).")
      }
    }
    if let city, city != "demo" { throw ValidationError("The only generated city is demo, found \(city).") }
    _ = try (fleetSize, time(from, "from"), time(to, "to"))
  }

  /// The fleet, checked.
  var fleetSize: FleetSize {
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

  /// The day to play; reads files, so it blocks.
  func scenario() throws -> Scenario {
    if let trips {
      return try ScenarioFiles(
        trips: trips, pings: pings, history: history, fleet: fleetSize, from: time(from, "from"), to: time(to, "to"),
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
}
