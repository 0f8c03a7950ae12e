package import FunctionKit
import RedisClient

/// An event that was given up.
package struct DeadLetter: Sendable {
  /// Names it among the topic's dead letters.
  package var id: String
  /// The event as it was read last.
  package var event: Event
  /// The entry that it was in its topic.
  package var entryID: String
  /// The group that gave up.
  package var group: String
  /// Why.
  package var reason: DeadLetterReason

  /// Writes what tells of the death, beside the event's own fields.
  static func append(group: String, entry: StreamEntry, reason: DeadLetterReason, to command: inout RedisCommand) {
    command.append("!group")
    command.append(group)
    command.append("!entry")
    command.append(entry.id)
    command.append("!code")
    command.append(reason.code)
    command.append("!message")
    command.append(reason.message)
    command.append("!attempts")
    command.append(reason.attempts)
  }

  /// Reads a dead letter.
  init(id: String, fields: RedisValue, topic: TopicName) throws(RedisError) {
    var facts: [String: String] = [:]
    for (key, value) in try fields.pairs() {
      let name = try key.string()
      if name.first == "!" { facts[name] = String(decoding: try value.bytes(), as: UTF8.self) }
    }
    self.id = id
    event = try StreamFields.event(fields, entry: id, topic: topic)
    entryID = facts["!entry"] ?? ""
    group = facts["!group"] ?? ""
    reason = DeadLetterReason(
      code: facts["!code"] ?? "unknown", message: facts["!message"] ?? "",
      attempts: facts["!attempts"].flatMap { Int($0) } ?? 0)
  }
}
