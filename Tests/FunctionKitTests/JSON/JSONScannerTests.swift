import FunctionKit
import Testing

@Suite("JSON")
struct JSONScannerTests {
  private func parse(_ text: String) -> JSONValue? { try? JSONValue(parsing: Array(text.utf8)) }

  private func number(_ text: String) -> JSONNumber? {
    guard case .number(let number) = parse(text) else { return nil }
    return number
  }

  @Test(
    "What the standard refuses is refused",
    arguments: [
      "", " ", "nul", "nulll", "True", "01", "-01", "00", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "0x10", "1_000",
      "NaN", "Infinity", "-Infinity", "'a'", "\"", "\"a", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12G4\"",
      "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"a\nb\"", "\"a\u{0}b\"",
      "\"\u{1F}\"", "[", "]", "[1,]", "[,1]", "[1 2]", "[1}", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
      "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\"=1}", "1 2", "[] []", "// no\n1", "/* no */1", "\u{FEFF}1", "\u{A0}1",
      "\"\\u00e\"", "{\"\\q\":1}", "{\"\\ud800\":1}",
    ])
  func refused(text: String) { #expect(parse(text) == nil) }

  @Test("Bytes that are no UTF-8 are refused, in values and in keys")
  func invalidUTF8() {
    let bad: [[UInt8]] = [
      [0x80], [0xC3], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
      [0xF0, 0x80, 0x80, 0x80],
    ]
    for bytes in bad {
      #expect((try? JSONValue(parsing: [0x22] + bytes + [0x22])) == nil, "\(bytes)")
      #expect((try? JSONValue(parsing: Array("{\"".utf8) + bytes + Array("\":1}".utf8))) == nil, "\(bytes)")
    }
  }

  @Test("Escapes and surrogate pairs are the characters that they name")
  func escapes() {
    #expect(parse(#""\"\\\/\b\f\n\r\tA""#) == .string("\"\\/\u{8}\u{C}\n\r\tA"))
    #expect(parse(#""🚕""#) == .string("🚕"))
    #expect(parse(#""\uD83D\uDE95\u00e9""#) == .string("🚕é"))
    #expect(parse(#""\u0000""#) == .string("\u{0}"))
    #expect(parse(#"{"\u0061":1}"#) == .object(["a": .number(.integer(1))]))
  }

  @Test("Whole numbers are exact as far as 64 bits go, and doubles beyond")
  func integers() {
    for value in [0, 1, -1, 999_999_999_999_999_999, 1_234_567_890_123_456_789, .max, .min, .max - 1, .min + 1]
      as [Int64]
    {
      #expect(number("\(value)") == .integer(value), "\(value)")
    }
    #expect(number("9223372036854775808") == .double(9.223372036854775808e18))
    #expect(number("-9223372036854775809") == .double(-9.223372036854775808e18))
    #expect(number("18446744073709551616") == .double(18446744073709551616))
    #expect(number("99999999999999999999999") == .double(1e23))
    #expect(number("9223372036854775808")?.integer == nil)
    #expect(number("1e3")?.integer == 1_000)
    #expect(number("1.0")?.integer == 1)
    #expect(number("1.5")?.integer == nil)
    #expect(number("1e999")?.integer == nil)
  }

  @Test("Minus zero keeps its sign; what leaves the range of doubles is infinite or zero, for the rules to refuse")
  func edges() {
    #expect(number("-0")?.double.sign == .minus)
    #expect(number("-0")?.integer == 0)
    #expect(number("-0.0")?.double.sign == .minus)
    #expect(number("1e999")?.double == .infinity)
    #expect(number("-1e999")?.double == -.infinity)
    #expect(number("1e-999")?.double == 0)
    #expect(number("0e6")?.double == 0)
    #expect(number("-0.00E-5")?.integer == 0)
    #expect(number("4.9e-324")?.double == .leastNonzeroMagnitude)
    #expect(number("1.7976931348623157e308")?.double == .greatestFiniteMagnitude)
    #expect(number("0." + String(repeating: "0", count: 300) + "1")?.double == 1e-301)
    #expect(number(String(repeating: "9", count: 400))?.double == .infinity)
  }

  @Test("Nesting goes to the limit and no further, however deep the text")
  func depth() {
    func nested(_ levels: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
    }
    let limit = 63
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      #expect(parse(nested(limit, open, close)) != nil)
      #expect(parse(nested(limit + 1, open, close)) == nil)
      #expect(parse(nested(200_000, open, close)) == nil)
    }
    #expect(parse(String(repeating: "[", count: 500_000)) == nil)
  }

  @Test("Of two equal keys the last counts")
  func duplicateKeys() {
    #expect(parse(#"{"a":1,"a":2}"#) == .object(["a": .number(.integer(2))]))
  }

  @Test("An error says at which byte what was expected")
  func errors() {
    func error(_ text: String) -> JSONError? {
      do {
        _ = try JSONValue(parsing: Array(text.utf8))
        return nil
      } catch {
        return error
      }
    }
    #expect(error("[1,]") == JSONError(offset: 3, expected: "a value"))
    #expect(error("{\"a\" 1}") == JSONError(offset: 5, expected: "\":\""))
    #expect(error("") == JSONError(offset: 0, expected: "a value"))
    #expect(error("1 x") == JSONError(offset: 2, expected: "the end of the text"))
  }
}
