/// One event of a stream.
package struct StreamedEvent: Equatable, Sendable {
  /// Its id, which a client sends back to resume; nil where it has none.
  package var id: String?
  /// Its name; `message` where it has none.
  package var name: String
  /// Its data, lines joined by a line feed.
  package var data: [UInt8]
}

/// Cuts a stream of bytes into server-sent events (WHATWG HTML, 9.2.6).
package struct ServerSentEventParser: Sendable {
  private static let limit = 4 << 20

  private var pending: [UInt8] = []
  private var name = ""
  private var data: [UInt8] = []
  private var hasData = false
  private var id: String?
  private var skipsLineFeed = false
  private var isStart = true
  /// The last event id seen, which holds for later events without one.
  package private(set) var lastEventID: String?
  /// The pause before a reconnect that the server asked for, in milliseconds.
  package private(set) var retryMilliseconds: Int?

  /// Creates a parser at the start of a stream.
  package init() {}

  /// Takes bytes and hands out the events that they complete.
  /// - Parameters:
  ///   - bytes: what came in.
  ///   - onEvent: called for each event, in order.
  /// - Returns: false where a line or an event is longer than 4 MiB; the stream is of no use then.
  package mutating func consume(_ bytes: some Sequence<UInt8>, onEvent: (StreamedEvent) -> Void) -> Bool {
    for byte in bytes {
      if skipsLineFeed {
        skipsLineFeed = false
        if byte == 0x0A { continue }
      }
      if byte == 0x0A || byte == 0x0D {
        skipsLineFeed = byte == 0x0D
        finishLine(onEvent)
      } else {
        pending.append(byte)
      }
    }
    return pending.count + data.count <= Self.limit
  }

  private mutating func finishLine(_ onEvent: (StreamedEvent) -> Void) {
    if isStart {
      isStart = false
      if pending.starts(with: [0xEF, 0xBB, 0xBF]) { pending.removeFirst(3) }
    }
    defer { pending.removeAll(keepingCapacity: true) }
    if pending.isEmpty { return dispatch(onEvent) }
    let colon = pending.firstIndex(of: 0x3A)
    if colon == 0 { return }
    let field = pending[..<(colon ?? pending.endIndex)]
    var value = colon.map { pending[($0 + 1)...] } ?? []
    if value.first == 0x20 { value = value.dropFirst() }
    switch String(decoding: field, as: UTF8.self) {
    case "event": name = String(decoding: value, as: UTF8.self)
    case "data":
      if hasData { data.append(0x0A) }
      data.append(contentsOf: value)
      hasData = true
    case "id":
      if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
    case "retry":
      if value.allSatisfy({ (0x30...0x39).contains($0) }) {
        retryMilliseconds = Int(String(decoding: value, as: UTF8.self))
      }
    default: break
    }
  }

  private mutating func dispatch(_ onEvent: (StreamedEvent) -> Void) {
    defer {
      name = ""
      data.removeAll(keepingCapacity: true)
      hasData = false
    }
    guard hasData else { return }
    onEvent(StreamedEvent(id: lastEventID, name: name.isEmpty ? "message" : name, data: data))
  }
}
