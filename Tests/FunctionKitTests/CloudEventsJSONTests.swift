import Testing

@testable import FunctionKit

struct CloudEventsJSONTests {
  private func decode(_ members: String) throws -> Event {
    try CloudEventsJSON.decode(
      Array("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"\(members)}".utf8))
  }

  private func text(_ event: Event) -> String { String(decoding: event.body, as: UTF8.self) }

  @Test func dataByItsContentType() throws {
    #expect(try text(decode(",\"data\":{\"a\": 1}")) == "{\"a\": 1}")
    #expect(try text(decode(",\"data\":\"{\\\"a\\\":1}\"")) == "\"{\\\"a\\\":1}\"")
    #expect(try text(decode(",\"datacontenttype\":\"text/plain\",\"data\":\"a\\nb\"")) == "a\nb")
    #expect(try text(decode(",\"datacontenttype\":\"application/x+json; v=1\",\"data\":\"a\"")) == "\"a\"")
    #expect(try text(decode(",\"data\":null")) == "")
    #expect(try decode(",\"data_base64\":\"/wA=\"").body == [0xFF, 0])
    #expect(try decode(",\"subject\":null,\"foo\":null").extensions.isEmpty)
  }

  @Test func extensionsStandOnTheTopLevel() throws {
    let event = try decode(",\"partitionkey\":\"k\",\"n\":-2147483648,\"b\":false,\"time\":\"2008-05-17T10:00:14Z\"")
    #expect(event.extensions == ["partitionkey": "k", "n": "-2147483648", "b": "false"])
    #expect(event.time?.unixMilliseconds == 1_211_018_414_000)
  }

  @Test(arguments: [
    ",\"data\":1,\"data_base64\":\"AA==\"", ",\"data_base64\":\"A\"", ",\"data_base64\":1", ",\"Foo\":\"a\"",
    ",\"foo\":{}", ",\"foo\":1.5", ",\"foo\":2147483648", ",\"id\":\"2\"", ",\"time\":\"x\"", ",\"subject\":\"\"",
    ",\"foo_bar\":\"a\"", ",", ",\"data\":[1,]", ",\"data\":{\"a\"}", ",\"data\":01", ",\"data\":\"\u{1}\"",
  ])
  func refuses(members: String) {
    let error = #expect(throws: FunctionError.self) { try decode(members) }
    #expect(error?.kind == .badInput)
  }

  @Test func readsWhatItWrites() throws {
    var event = Event(
      id: "i\"1", source: "/s\\é😀", type: "t", subject: "s\u{1}", time: EventTime(unixMilliseconds: 1),
      dataContentType: "application/json", dataSchema: "/schema",
      extensions: ["partitionkey": "k", "sequence": "0007"],
      body: Array("{\"a\":[true,null,\"x\"]}".utf8))
    for (contentType, body) in [
      ("application/json", event.body), ("application/json", [0x7B, 0xFF]), ("image/png", [0, 1, 2, 255]),
      ("text/plain", []),
    ] {
      event.dataContentType = contentType
      event.body = body
      let copy = try CloudEventsJSON.decode(CloudEventsJSON.encode(event))
      #expect(copy.id == event.id)
      #expect(copy.source == event.source)
      #expect(copy.subject == event.subject)
      #expect(copy.time == event.time)
      #expect(copy.dataContentType == contentType)
      #expect(copy.dataSchema == event.dataSchema)
      #expect(copy.extensions == event.extensions)
      #expect(copy.body == body)
    }
  }

  @Test func survivesChangedBytes() {
    let seed = Array("[{\"specversion\":\"1.0\",\"id\":\"\\ud83d\\ude00\",\"data\":{\"a\":[1e5,-0.1,\"\\n\"]}}]".utf8)
    var state: UInt64 = 3
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0...(random() % 3) {
        let index = Int(random() % UInt64(bytes.count))
        if random() % 2 == 0 { bytes[index] = UInt8(truncatingIfNeeded: random()) } else { bytes.remove(at: index) }
      }
      _ = try? CloudEventsJSON.decodeBatch(bytes)
    }
    #expect(throws: FunctionError.self) { try CloudEventsJSON.decode([UInt8](repeating: 0x5B, count: 100_000)) }
    #expect(!JSONScanner.isValid([UInt8](repeating: 0x5B, count: 100_000)))
  }
}
