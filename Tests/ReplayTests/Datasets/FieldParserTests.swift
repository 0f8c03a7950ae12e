import Replay
import Testing

struct FieldParserTests {
  private static func decimal(_ text: String) -> Double? {
    Array(text.utf8).withUnsafeBufferPointer { FieldParser.decimal($0[...]) }
  }

  private static func integer(_ text: String) -> Int64? {
    Array(text.utf8).withUnsafeBufferPointer { FieldParser.integer($0[...]) }
  }

  @Test func readsDecimalsExactly() {
    var random = SplitMix64(seed: 5)
    for _ in 0..<5_000 {
      let value = random.uniform(-180, 180)
      let scaled = (value * 1e6).rounded() / 1e6
      for text in ["\(value)", "\(scaled)"] where Self.decimal(text) != Double(text) { Issue.record("\(text)") }
    }
    for text in ["0", "-0.5", "40.710854", "-73.99185899999998", "12345678901234567890", "1e3", ".5", "5."] {
      #expect(Self.decimal(text) == Double(text) ?? (text == ".5" ? 0.5 : 5), "\(text)")
    }
    for text in ["", "-", "abc", "1.2.3", "nan", "inf", "1e999", "--1", "."] {
      #expect(Self.decimal(text) == nil, "\(text)")
    }
  }

  @Test func readsIntegers() {
    #expect(Self.integer("1212735600") == 1_212_735_600)
    #expect(Self.integer("-7") == -7)
    for text in ["", "-", "1.0", "99999999999999999999", "1a"] { #expect(Self.integer(text) == nil, "\(text)") }
  }
}
