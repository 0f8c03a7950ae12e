import DispatchCore

/// Builds every key that Cabstand uses in Redis.
///
/// What stands in braces is the hash tag: all keys of a region, of a topic or of a lease lie in one slot of a cluster, so
/// that one script may touch them together.
package enum RedisKeys {
  /// Hash: driver → where they were last, `FleetRecord`.
  static func drivers(_ region: RegionID) -> String { "{\(region)}:drivers" }

  /// Hash: driver → what they are doing, `FleetStatusRecord`.
  static func statuses(_ region: RegionID) -> String { "{\(region)}:statuses" }

  /// Hash: zone → how many drivers, of whom how many idle.
  static func zones(_ region: RegionID) -> String { "{\(region)}:zones" }

  /// Sorted set, all scores 0: zone and driver of everyone who could be offered a ride.
  static func idle(_ region: RegionID) -> String { "{\(region)}:idle" }

  /// Hash: zone → its price, `SurgeRecord`; and `tick` → what they share.
  static func surge(_ region: RegionID) -> String { "{\(region)}:surge" }

  /// Text: where the sweep goes on.
  static func sweepCursor(_ region: RegionID) -> String { "{\(region)}:sweep-cursor" }

  /// Text: which run of the server knows all statuses of the record.
  static func built(_ region: RegionID) -> String { "{\(region)}:built" }

  /// Stream: the events of a topic; `<region>:<name>` lies with its region, any other topic by itself.
  static func topic(_ topic: TopicName) -> String { "\(tagged(topic)):events" }

  /// Text: the fencing token of whoever holds a lease; gone when the lease has ended.
  static func lease(_ name: String) -> String { "{lease:\(name)}:holder" }

  /// Text: the last fencing token of a lease.
  static func fence(_ name: String) -> String { "{lease:\(name)}:fence" }

  /// Hash: the last tick of a cron trigger, `time` in milliseconds, `done` and `owner`.
  static func ticks(_ trigger: String) -> String { "{lease:\(trigger)}:tick" }

  /// Text: who is at an event of a trigger, or that it was handled.
  ///
  /// The length of the source keeps two events from sharing a key, whatever characters they have.
  static func handled(_ scope: String, source: String, id: String) -> String {
    "{handled:\(scope)}:\(source.utf8.count):\(source)\(id)"
  }

  private static func tagged(_ topic: TopicName) -> String {
    topic.region.map { "{\($0)}:topic:\(topic.name)" } ?? "{topic:\(topic.name)}"
  }
}
