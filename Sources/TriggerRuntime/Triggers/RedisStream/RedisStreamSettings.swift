import FunctionKit

/// The attributes of a `redis-stream` trigger.
struct RedisStreamSettings: Sendable {
  static let attributes = ["topic", "group", "partitions", "claimAfter", "initialOffset", "types"]

  let topic: String
  let group: String
  let start: StreamStart
  /// How many lanes keys share; nil gives every key its own.
  let partitions: Int?
  let claimAfter: Duration
  let types: [String]

  /// Reads the attributes.
  /// - Throws: `SetupError`.
  init(_ trigger: TriggerSpecification, origin: String, function: FunctionSpecification) throws {
    let reader = try AttributeReader(trigger, origin: origin, known: Self.attributes)
    guard let topic = try reader.string("topic"), !topic.isEmpty else {
      throw reader.missing("topic", "the stream's name, for example rides")
    }
    self.topic = topic
    group = try reader.string("group") ?? function.name
    guard !group.isEmpty else { throw reader.wrong("group", "a name") }
    start =
      StreamStart(rawValue: try reader.choice("initialOffset", of: StreamStart.allCases.map(\.rawValue)) ?? "")
      ?? .earliest
    partitions = try reader.integer("partitions", in: 1...65_536)
    claimAfter = StreamSource.claimAfter(try reader.duration("claimAfter"), function)
    types = try reader.strings("types") ?? []
  }
}
