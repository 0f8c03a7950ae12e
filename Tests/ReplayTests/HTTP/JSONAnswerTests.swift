import Foundation
import NIOCore
import Replay
import Testing

struct JSONAnswerTests {
  @Test func readsWhatServersAnswer() throws {
    let text =
      #" {"a": [1, -2.5, 1e3, true, false, null], "b": {"c": "x\n\"\u00e9\ud83d\ude95"}, "empty": {}, "none": []} "#
    let json = try #require(JSONAnswer(Array(text.utf8)))
    #expect(json["a"]?.elements?.compactMap(\.double) == [1, -2.5, 1_000])
    #expect(json["b"]?["c"]?.text == "x\n\"é🚕")
    #expect(json["a"]?.elements?.last?.isNull == true)
    #expect(json["missing"] == nil)
  }

  @Test(arguments: [
    "", "{", "[1,", "{\"a\" 1}", "tru", "\"\\u12\"", "\"open", "{}x", "[1 2]", "nul", "-", "{\"a\":}",
  ])
  func refusesWhatIsNoJSON(text: String) {
    #expect(JSONAnswer(Array(text.utf8)) == nil)
  }

  @Test func refusesDeepNesting() {
    #expect(JSONAnswer(Array(String(repeating: "[", count: 10_000).utf8)) == nil)
  }

  @Test func writesWhatFoundationReads() throws {
    var writer = JSONBuffer()
    writer.beginObject()
    writer.member("text", "a\"b\\c\u{1}é")
    writer.member("small", -0.0000001)
    writer.member("place", 37.74134)
    writer.member("large", 123_456_789_012.7)
    writer.name("nan")
    writer.value(Double.nan)
    writer.member("whole", Int.min)
    writer.endObject()
    let bytes = Data(writer.buffer.readableBytesView)
    let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    #expect(object["text"] as? String == "a\"b\\c\u{1}é")
    #expect(object["small"] as? Double == -0.0000001)
    #expect(object["place"] as? Double == 37.74134)
    #expect(object["large"] as? Double == 123_456_789_013)
    #expect(object["nan"] is NSNull)
    #expect(object["whole"] as? Int == .min)
  }

  @Test func decimalsComeBackExactly() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<5_000 {
      let value = (random.uniform(-180, 180) * 1e5).rounded() / 1e5
      var buffer = ByteBuffer()
      DecimalText.write(value, into: &buffer)
      if Double(String(buffer: buffer)) != value { Issue.record("\(value)") }
    }
  }
}
