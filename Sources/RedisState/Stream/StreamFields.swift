import FunctionKit
import RedisClient

/// An event as the fields of a stream's entry.
///
/// | field | attribute |
/// | --- | --- |
/// | `i` `s` `t` | `id`, `source`, `type` |
/// | `u` `m` `c` `d` | `subject`, `time` in milliseconds since 1970, `datacontenttype`, `dataschema`, where the event has them |
/// | `.<name>` | the extension attribute of that name |
/// | `b` | the body as it is |
///
/// Which trigger delivered the event, and the request that carried it, stay behind.
enum StreamFields {
  /// Writes an event's fields as arguments: name, value, name, value, …
  static func append(_ event: Event, to command: inout RedisCommand) {
    command.append("i")
    command.append(event.id)
    command.append("s")
    command.append(event.source)
    command.append("t")
    command.append(event.type)
    append("u", event.subject, to: &command)
    append("m", event.time.map { String($0.unixMilliseconds) }, to: &command)
    append("c", event.dataContentType, to: &command)
    append("d", event.dataSchema, to: &command)
    // In order, because the server keeps entries of the same fields without repeating the names.
    for (name, value) in event.extensions.sorted(by: { $0.key < $1.key }) { append(".\(name)", value, to: &command) }
    command.append("b")
    command.append(event.body)
  }

  /// How many arguments `append` writes.
  static func count(_ event: Event) -> Int {
    let present = [event.subject != nil, event.time != nil, event.dataContentType != nil, event.dataSchema != nil]
    return 2 * (4 + present.count { $0 } + event.extensions.count)
  }

  /// Reads an entry that may be anybody's: what is missing gets a name that says where it came from.
  /// - Parameters:
  ///   - fields: name, value, name, value, …
  ///   - entry: the entry's id.
  ///   - topic: its topic.
  static func event(_ fields: RedisValue, entry: String, topic: TopicName) throws(RedisError) -> Event {
    var event = Event(id: entry, source: "topic/\(topic)", type: "cabstand.entry.added.v1")
    for (key, value) in try fields.pairs() {
      let name = try key.string()
      if name == "b" {
        event.body = try value.bytes()
        continue
      }
      let text = String(decoding: try value.bytes(), as: UTF8.self)
      switch name {
      case "i": event.id = text
      case "s": event.source = text
      case "t": event.type = text
      case "u": event.subject = text
      case "m": event.time = Int64(text).map { EventTime(unixMilliseconds: $0) }
      case "c": event.dataContentType = text
      case "d": event.dataSchema = text
      default: if name.first == "." { event.extensions[String(name.dropFirst())] = text }
      }
    }
    return event
  }

  /// Reads the entries of one stream: id and fields each.
  static func entries(_ value: RedisValue, topic: TopicName) throws(RedisError) -> [StreamEntry] {
    var entries: [StreamEntry] = []
    for item in try value.array() {
      let parts = try item.array()
      // An entry that was deleted meanwhile has no fields.
      guard parts.count >= 2, !parts[1].isNull else { continue }
      let id = try parts[0].string()
      let deliveries = parts.count > 2 ? try parts[2].integer() : 1
      entries.append(
        StreamEntry(id: id, event: try event(parts[1], entry: id, topic: topic), deliveryCount: deliveries))
    }
    return entries
  }

  /// Reads the answer of a read from one stream: nothing where the wait was in vain.
  static func readEntries(_ value: RedisValue, topic: TopicName) throws(RedisError) -> [StreamEntry] {
    guard let streams = try value.optionalArray(), let stream = try streams.first?.array(), stream.count == 2 else {
      return []
    }
    return try entries(stream[1], topic: topic)
  }

  private static func append(_ name: String, _ value: String?, to command: inout RedisCommand) {
    guard let value else { return }
    command.append(name)
    command.append(value)
  }
}
