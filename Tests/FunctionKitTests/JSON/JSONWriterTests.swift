import FunctionKit
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
  private func finite(_ value: JSONValue) -> Bool {
    switch value {
    case .number(let number): number.double.isFinite
    case .array(let elements): elements.allSatisfy(finite)
    case .object(let members): members.values.allSatisfy(finite)
    default: true
    }
  }

  @Test("What is written is read as the same, by us and by Foundation", arguments: 0..<20 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = JSONGenerator(seed: 500 + seed)
    for _ in 0..<100 {
      let value = try JSONValue(parsing: generator.document())
      guard finite(value) else { continue }
      let bytes = JSONWriter.bytes { $0.value(value) }
      let again = try JSONValue(parsing: bytes)
      #expect(ReferenceJSON(again) == ReferenceJSON(value))
      #expect(ReferenceJSON(parsing: bytes) == ReferenceJSON(value), "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test("Every character survives")
  func characters() throws {
    for scalar in (0...0x2FF).compactMap(Unicode.Scalar.init) {
      let text = "a" + String(Character(scalar)) + "b"
      let bytes = JSONWriter.bytes { $0.value(text) }
      #expect(bytes.allSatisfy { $0 >= 0x20 })
      #expect(try JSONValue(parsing: bytes) == .string(text))
      #expect(ReferenceJSON(parsing: bytes) == .string(text))
    }
  }

  @Test("Numbers that are not finite become null; others keep every bit")
  func numbers() throws {
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(JSONWriter.bytes { $0.value(value) } == Array("null".utf8))
    }
    var random = SeededRandom(seed: 1)
    for _ in 0..<5_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      guard case .number(let number) = try JSONValue(parsing: JSONWriter.bytes { $0.value(value) }) else { continue }
      #expect(number.double.bitPattern == value.bitPattern, "\(value)")
    }
  }

  @Test("Members, absent ones and nested ones are separated as they should be")
  func members() {
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("a", 1)
        json.member("b", nil as String?)
        json.key("c")
        json.array { json in
          json.object { _ in }
          json.array { _ in }
          json.value(true)
          json.json(Array("[7]".utf8))
        }
        json.member("d", Int?.none)
        json.member("e", 0.5)
        json.member(dynamic: "f\"", "x")
      }
    }
    #expect(
      String(decoding: bytes, as: UTF8.self) == #"{"a":1,"b":null,"c":[{},[],true,[7]],"d":null,"e":0.5,"f\"":"x"}"#)
  }
}
