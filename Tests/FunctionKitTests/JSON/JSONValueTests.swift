import Testing

@testable import FunctionKit

@Suite("JSON values")
struct JSONValueTests {
  @Test("Members, elements and scalars are found by what they are")
  func access() throws {
    let text = #" {"a": [1, -2.5, 1e3, true, null], "b": {"c": "x"}, "whole": 2.0, "half": 0.5, "large": 1e300} "#
    let json = try JSONValue(parsing: Array(text.utf8))
    #expect(json["a"]?.elements?.compactMap(\.double) == [1, -2.5, 1_000])
    #expect(json["a"]?.elements?.last == .null)
    #expect(json["b"]?["c"]?.text == "x")
    #expect(json["whole"]?.integer == 2)
    #expect(json["half"]?.integer == nil)
    #expect(json["large"]?.integer == nil)
    #expect(json["missing"] == nil)
    #expect(json["a"]?["b"] == nil)
    #expect(json.text == nil)
    #expect(json.elements == nil)
    #expect(json["b"]?.double == nil)
  }
}
