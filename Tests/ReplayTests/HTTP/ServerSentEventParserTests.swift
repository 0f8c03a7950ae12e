import Replay
import Testing

struct ServerSentEventParserTests {
  private static let stream =
    "\u{FEFF}: hello\r\n\r\nid: 7\r\nevent: offer\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nretry: 250\n\ndata:plain\n\nevent: nothing\n\nid: 8\rdata: x\r\rdata: cut off"

  @Test func cutsEventsWhereverTheBytesBreak() {
    let bytes = Array(Self.stream.utf8)
    for size in [1, 2, 3, 7, bytes.count] {
      var parser = ServerSentEventParser()
      var events: [StreamedEvent] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        #expect(parser.consume(bytes[start..<min(start + size, bytes.count)]) { events.append($0) })
      }
      #expect(events.map(\.name) == ["offer", "message", "message"])
      #expect(events.map { String(decoding: $0.data, as: UTF8.self) } == ["{\"a\":\n1}", "plain", "x"])
      #expect(events.map(\.id) == ["7", "7", "8"])
      #expect(parser.retryMilliseconds == 250)
    }
  }

  @Test func refusesEndlessLines() {
    var parser = ServerSentEventParser()
    #expect(!parser.consume(Array(repeating: UInt8(ascii: "x"), count: 5 << 20)) { _ in })
  }
}
