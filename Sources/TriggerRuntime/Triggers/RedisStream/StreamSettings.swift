import FunctionKit

/// The attributes of a stream trigger.
struct StreamSettings: Sendable {
  let topic: String
  let group: String
  /// How many lanes keys share; nil gives every key its own.
  let partitions: Int?
  let maxAttempts: Int
  let backoff: RetryBackoff
  /// How long an entry is left alone before another consumer takes it over.
  let claimAfter: Duration
  let batchSize: Int
  let batchTimeout: Duration

  /// Reads the attributes.
  /// - Throws: `SetupError`.
  init(_ trigger: TriggerSpecification, origin: String, function: FunctionSpecification) throws {
    let reader = try AttributeReader(
      trigger, origin: origin,
      known: ["topic", "group", "partitions", "maxAttempts", "retryDelay", "maxRetryDelay", "claimAfter"])
    guard let topic = try reader.string("topic"), !topic.isEmpty else {
      throw reader.missing("topic", "the stream's name, for example rides")
    }
    self.topic = topic
    group = try reader.string("group") ?? function.name
    guard !group.isEmpty else { throw reader.wrong("group", "a name") }
    partitions = try reader.integer("partitions", in: 1...65_536)
    maxAttempts = try reader.integer("maxAttempts", in: 1...100) ?? 5
    backoff = RetryBackoff(
      first: try reader.duration("retryDelay") ?? .milliseconds(100),
      longest: try reader.duration("maxRetryDelay") ?? .seconds(10))
    // Longer than an invocation may take, or a second consumer would take over what the first still does.
    let shortest = function.eventTimeout + .seconds(10)
    claimAfter = try reader.duration("claimAfter") ?? max(.seconds(60), shortest)
    batchSize = trigger.batch?.batchSize ?? 1
    batchTimeout = trigger.batch?.timeout ?? .zero
  }

  /// The lane of an event: events of one lane are never handled at the same time.
  func lane(of entry: StreamEntry) -> String {
    guard let key = entry.event.extensions["partitionkey"] ?? entry.event.subject else {
      // Nothing to be in order with.
      return "entry " + entry.id
    }
    guard let partitions else { return "key " + key }
    // FNV-1a: the same in every process, unlike Swift's own hashes.
    let hash = key.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return "partition \(hash % UInt64(partitions))"
  }
}
