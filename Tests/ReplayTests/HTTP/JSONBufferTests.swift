import FunctionKit
import HexGrid
import NIOCore
import Replay
import Testing

struct JSONBufferTests {
  @Test func readsAndWritesBuffers() throws {
    let place = GeoPoint(latitude: 37.74134, longitude: -122.5)
    let buffer = ByteBuffer.json { $0.member("place", place) }
    #expect(String(buffer: buffer) == #"{"place":{"latitude":37.74134,"longitude":-122.5}}"#)
    #expect(try #require(JSONValue(buffer)?["place"].flatMap { GeoPoint(json: $0) }) == place)
    #expect(JSONValue(ByteBuffer(string: "{")) == nil)
    #expect(JSONValue(ByteBuffer()) == nil)
  }

  @Test func readsTimesInBothForms() {
    #expect(JSONValue.string("2008-06-06T17:00:00.25-07:00").unixMilliseconds == 1_212_796_800_250)
    #expect(JSONValue.number(.integer(7)).unixMilliseconds == 7)
    #expect(JSONValue.string("2008-06-07").unixMilliseconds == nil)
    #expect(JSONValue.number(.double(0.5)).unixMilliseconds == nil)
    #expect(JSONValue.null.unixMilliseconds == nil)
  }

  @Test func decimalsComeBackExactly() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<5_000 {
      let value = (random.uniform(-180, 180) * 1e5).rounded() / 1e5
      var buffer = ByteBuffer()
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 21) { DecimalText.write(value, into: $0, at: 0) }
      if Double(String(buffer: buffer)) != value { Issue.record("\(value)") }
    }
  }
}
