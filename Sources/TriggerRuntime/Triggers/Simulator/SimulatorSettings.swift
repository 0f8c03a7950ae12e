import FunctionKit

/// The attributes of a `simulator` trigger.
struct SimulatorSettings: Sendable {
  static let attributes = ["rate", "count", "seed", "keys", "event", "feed", "speed", "repeat"]

  /// Where events come from.
  enum Origin: Sendable {
    /// They are made.
    case template(SimulatorTemplate)
    /// They are read from a file with an event per line.
    case feed(String, repeats: Bool)
  }

  /// When events are due.
  enum Pace: Sendable {
    /// So many per second of city time.
    case rate(Double)
    /// As far apart as they were recorded, so many times faster.
    case recorded(speed: Double)
  }

  let origin: Origin
  let pace: Pace
  /// How many events there are in all; nil has no end.
  let count: Int?
  let seed: UInt64

  /// Reads the attributes.
  /// - Throws: `SetupError`.
  init(_ trigger: TriggerSpecification, origin place: String) throws {
    let reader = try AttributeReader(trigger, origin: place, known: Self.attributes)
    let rate = try reader.number("rate", in: 0.000_01...1_000_000)
    let speed = try reader.number("speed", in: 0.001...100_000)
    count = try reader.integer("count", in: 1...Int(Int32.max))
    seed = UInt64(try reader.integer("seed", in: 0...Int.max) ?? 1)
    let event = try reader.map("event", known: ["type", "source", "subject", "body", "headers"])
    switch (event, try reader.string("feed")) {
    case (let event?, nil):
      for name in ["speed", "repeat"] where reader.has(name) { throw reader.wrong(name, "none without a feed") }
      guard let rate else { throw reader.missing("rate", "events per second") }
      guard let type = try event.string("type"), !type.isEmpty else {
        throw event.missing("type", "the events' type")
      }
      pace = .rate(rate)
      origin = .template(
        SimulatorTemplate(
          type: type, source: try event.string("source"), subject: try event.string("subject"),
          body: try event.string("body") ?? "", extensions: try event.texts("headers"),
          keys: try reader.integer("keys", in: 1...10_000_000)))
    case (nil, let feed?):
      guard !reader.has("keys") else { throw reader.wrong("keys", "none beside a feed") }
      guard rate == nil || speed == nil else { throw reader.wrong("speed", "either rate or speed, not both") }
      pace = rate.map { .rate($0) } ?? .recorded(speed: speed ?? 1)
      origin = .feed(feed, repeats: try reader.boolean("repeat") ?? false)
    case (.some, .some): throw reader.wrong("feed", "either event or feed, not both")
    case (nil, nil): throw reader.missing("event", "event or feed")
    }
  }
}
