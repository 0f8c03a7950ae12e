import FunctionKit

/// The attributes of a `postgres` trigger.
struct PostgresSettings: Sendable {
  static let attributes = ["table", "group", "pollInterval", "claimAfter", "initialOffset", "types"]

  /// The one table that there is to read.
  let table: String
  let group: String
  let start: StreamStart
  /// How long a missed notification delays an event at most.
  let pollInterval: Duration
  let claimAfter: Duration
  let types: [String]

  /// Reads the attributes.
  /// - Throws: `SetupError`.
  init(_ trigger: TriggerSpecification, origin: String, function: FunctionSpecification) throws {
    let reader = try AttributeReader(trigger, origin: origin, known: Self.attributes)
    table = try reader.choice("table", of: ["outbox"]) ?? "outbox"
    group = try reader.string("group") ?? function.name
    guard (1...64).contains(group.utf8.count) else { throw reader.wrong("group", "a name of at most 64 bytes") }
    start =
      StreamStart(rawValue: try reader.choice("initialOffset", of: StreamStart.allCases.map(\.rawValue)) ?? "")
      ?? .latest
    pollInterval = try reader.duration("pollInterval") ?? .seconds(1)
    claimAfter = StreamSource.claimAfter(try reader.duration("claimAfter"), function)
    types = try reader.strings("types") ?? []
  }
}
