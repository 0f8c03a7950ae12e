package import FunctionKit

/// What somebody wants to have written down.
package struct RecordingOrder: Sendable, Equatable {
  /// The longest time that a recording may take.
  package static let maxDuration = Duration.seconds(3_600)
  /// How many invocations a recording may have.
  package static let maxEvents = 1_000_000

  /// Names the recording.
  package var id: String
  /// The functions; empty means all.
  package var functions: Set<String>
  /// How many invocations at most.
  package var maxEvents: Int
  /// When it ends, in real time.
  package var end: EventTime
  /// What is hidden.
  package var redaction: Redaction

  package init(id: String, functions: Set<String>, maxEvents: Int, end: EventTime, redaction: Redaction) {
    self.id = id
    self.functions = functions
    self.maxEvents = maxEvents
    self.end = end
    self.redaction = redaction
  }

  func includes(_ function: String) -> Bool { functions.isEmpty || functions.contains(function) }

  package func json() -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.member("id", id)
        json.key("functions")
        json.array { json in for function in functions.sorted() { json.value(function) } }
        json.member("maxEvents", maxEvents)
        json.member("end", end.unixMilliseconds)
        json.key("redact")
        json.array { json in for field in redaction.fields { json.value(field) } }
      }
    }
  }

  package init?(json: [UInt8]) {
    guard let value = try? JSONValue(parsing: json), let id = value["id"]?.text,
      let maxEvents = value["maxEvents"]?.integer, let end = value["end"]?.integer
    else { return nil }
    self.id = id
    self.maxEvents = maxEvents
    self.end = EventTime(unixMilliseconds: Int64(end))
    functions = Set((value["functions"]?.elements ?? []).compactMap(\.text))
    redaction = Redaction((value["redact"]?.elements ?? []).compactMap(\.text))
  }
}
