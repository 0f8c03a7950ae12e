import FunctionKit

/// Dead letters, to print.
enum DeadLetterText {
  static func json(_ letters: [DeadLetter]) -> String { String(decoding: page(letters, next: nil), as: UTF8.self) }

  /// Some of them, and behind which one the next page begins where there may be one.
  static func page(_ letters: [DeadLetter], next: Int64?) -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.key("deadLetters")
        json.array { json in for letter in letters { write(letter, &json) } }
        if let next { json.member("next", next) }
      }
    }
  }

  static func json(_ letter: DeadLetter) -> String {
    String(decoding: JSONWriter.bytes { write(letter, &$0) }, as: UTF8.self)
  }

  static func table(_ letters: [DeadLetter]) -> String {
    guard !letters.isEmpty else { return "no dead letters" }
    return letters.map { letter in
      "\(letter.id)  \(letter.state.rawValue)  \(letter.place.function)/\(letter.place.trigger)  \(letter.event.type)  "
        + "\(letter.event.id)  \(letter.reason.code): \(letter.reason.message)  \(letter.reason.attempts) attempts, "
        + "\(letter.redrives) redrives, last \(letter.lastFailure.rfc3339)"
    }.joined(separator: "\n")
  }

  static func text(_ letter: DeadLetter) -> String {
    """
    dead letter   \(letter.id), \(letter.state.rawValue)
    trigger       \(letter.place.function)/\(letter.place.trigger) (\(letter.kind))
    reason        \(letter.reason.code): \(letter.reason.message)
    attempts      \(letter.reason.attempts), \(letter.redrives) redrives
    first failure \(letter.firstFailure.rfc3339)
    last failure  \(letter.lastFailure.rfc3339)
    event
    \(String(decoding: CloudEventsJSON.encode(letter.event), as: UTF8.self))
    """
  }

  private static func write(_ letter: DeadLetter, _ json: inout JSONWriter) {
    json.object { json in
      json.member("id", letter.id)
      json.member("state", letter.state.rawValue)
      json.member("function", letter.place.function)
      json.member("trigger", letter.place.trigger)
      json.member("kind", letter.kind)
      json.member("code", letter.reason.code)
      json.member("message", letter.reason.message)
      json.member("attempts", letter.reason.attempts)
      json.member("redrives", letter.redrives)
      json.member("firstFailure", letter.firstFailure.rfc3339)
      json.member("lastFailure", letter.lastFailure.rfc3339)
      json.key("event")
      json.json(CloudEventsJSON.encode(letter.event))
    }
  }
}
