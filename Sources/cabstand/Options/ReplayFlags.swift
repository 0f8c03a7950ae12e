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

  @OptionGroup var day: DayFlags

  @Option(help: "How many times faster than real time the city runs, up to 3600; `max` only posts the pings.")
  var speed: Speed = .rate(60)

  @Option(help: "Driven distance over crow distance.")
  var detour: Double = 1

  @Option(help: "With --speed max: pings per request, 1 to 1000.")
  var batch: Int = 100

  @Option(help: "With --speed max: connections that post at once.")
  var connections: Int = 8

  @Option(help: "With --speed max: post in a random order chosen by this seed.")
  var shuffle: UInt64?

  @Option(help: "With --speed max: share of pings that are posted twice, 0 to 1.")
  var duplicates: Double = 0

  func validate() throws {
    guard detour.isFinite, (1...10).contains(detour) else { throw ValidationError("--detour must be from 1 to 10.") }
    guard (1...1_000).contains(batch) else { throw ValidationError("--batch must be from 1 to 1000.") }
    guard (1...256).contains(connections) else { throw ValidationError("--connections must be from 1 to 256.") }
    guard (0...1).contains(duplicates) else { throw ValidationError("--duplicates must be from 0 to 1.") }
    if speed == .max {
      guard day.pings != nil, day.trips == nil, day.city == nil else {
        throw ValidationError("--speed max only posts recorded pings: give --pings, and neither --trips nor --city.")
      }
    } else {
      guard (day.trips == nil) != (day.city == nil) else {
        throw ValidationError("Give either --trips or --city demo (or --pings with --speed max).")
      }
    }
  }

  /// The day to play; reads files, so it blocks.
  func scenario() throws -> Scenario { try day.scenario(speeds: day.history, detour: detour) }
}
