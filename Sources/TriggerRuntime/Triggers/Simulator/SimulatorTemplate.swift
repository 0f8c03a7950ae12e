import FunctionKit

/// How made-up events look. In subject, body and headers `{n}` is the event's number from 0, `{key}` its key, and `{random}` a number from
/// 0 to 999999.
struct SimulatorTemplate: Sendable {
  let type: String
  let source: String?
  let subject: String?
  let body: String
  let extensions: [String: String]
  /// How many keys there are; nil gives events none.
  let keys: Int?

  /// Makes an event.
  /// - Parameters:
  ///   - number: its number from 0.
  ///   - id: its id.
  ///   - source: its source, unless the template has one.
  ///   - time: when it happens.
  ///   - seed: what chance depends on; equal seeds give equal events.
  func event(_ number: Int, id: String, source: String, time: EventTime, seed: UInt64) -> Event {
    var random = SplitMix(state: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    let key = keys.map { "k\(random.next() % UInt64($0))" }
    let chance = String(random.next() % 1_000_000)
    func filled(_ text: String) -> String {
      guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
      return [("{n}", String(number)), ("{key}", key ?? ""), ("{random}", chance)].reduce(text) { text, pair in
        Self.replacing(text, pair.0, pair.1)
      }
    }
    var event = Event(id: id, source: self.source ?? source, type: type, time: time, body: Array(filled(body).utf8))
    event.subject = subject.map(filled)
    for (name, value) in extensions { event.extensions[name.lowercased()] = filled(value) }
    if let key { event.extensions["partitionkey"] = key }
    return event
  }

  private static func replacing(_ text: String, _ mark: String, _ value: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "{") {
      result += rest[..<start]
      rest = rest[start...]
      if rest.hasPrefix(mark) {
        result += value
        rest = rest.dropFirst(mark.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }

  /// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
  private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}
