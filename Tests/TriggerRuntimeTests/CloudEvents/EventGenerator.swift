import FunctionKit

/// Random events that CloudEvents allows.
struct EventGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  /// A text with whatever makes trouble in header fields and in JSON.
  mutating func text(_ longest: Int = 12) -> String {
    let parts = ["a", "Z", "0", " ", "\"", "%", "\\", "/", "é", "€", "😀", "%41", "~", ":", ",", ";", "="]
    return (0...below(longest)).map { _ in parts[below(parts.count)] }.joined()
  }

  mutating func event() -> Event {
    var event = Event(id: "i" + text(), source: "/s" + text(), type: "t" + text())
    if below(2) == 0 { event.subject = text() }
    // From 1970 to 2255.
    if below(2) == 0 { event.time = EventTime(unixMilliseconds: Int64(below(9_000_000_000_000))) }
    if below(3) == 0 { event.dataSchema = "https://example.com/" + String(below(100)) }
    for _ in 0..<below(4) { event.extensions["x\(below(1_000))"] = text() }
    switch below(6) {
    case 0: break
    case 1:
      event.dataContentType = "application/json"
      event.body = Array("{\"k\\u00e9\": [1, -2.5e3, null, \"\(below(1_000))\"]}".utf8)
    case 2:
      event.dataContentType = "application/json"
      event.body = Array(["null", "\"{}\"", "true", "12", "[]"][below(5)].utf8)
    case 3:
      event.dataContentType = "text/plain; charset=utf-8"
      event.body = Array(text(40).utf8)
    case 4:
      event.dataContentType = "application/octet-stream"
      event.body = (0...below(64)).map { _ in UInt8(below(256)) }
    default:
      event.body = Array("{\"a\":\(below(1_000))}".utf8)
      event.dataContentType = "application/vnd.x+json"
    }
    return event
  }
}

extension Event {
  /// Whether two events are the same to CloudEvents.
  func isSame(as other: Event) -> Bool {
    id == other.id && source == other.source && type == other.type && subject == other.subject && time == other.time
      && dataSchema == other.dataSchema && dataContentType == other.dataContentType && extensions == other.extensions
      && body == other.body
  }
}
