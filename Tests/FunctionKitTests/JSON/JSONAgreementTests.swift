import Foundation
import FunctionKit
import Testing

/// The hand-written scanner against Foundation, on texts that no person would write.
@Suite("JSON against Foundation")
struct JSONAgreementTests {
  private func parse(_ bytes: [UInt8]) -> JSONValue? { try? JSONValue(parsing: bytes) }

  /// Skips a whole text, as the reader of pings skips fields that it does not know.
  private func skips(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      do {
        try scanner.skipValue()
        try scanner.finish()
        return true
      } catch {
        return false
      }
    }
  }

  /// Whether a text may hold a zero with an exponent, such as `0e6`, which the standard allows and Foundation refuses.
  private func hasZeroWithExponent(_ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { index in
      guard bytes[index] | 0x20 == UInt8(ascii: "e") else { return false }
      let mantissa = bytes[..<index].reversed().prefix { (UInt8(ascii: ".")...UInt8(ascii: "9")).contains($0) }
      return !mantissa.isEmpty && !mantissa.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }
  }

  private func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("Random documents are read as Foundation reads them", arguments: 0..<20 as Range<UInt64>)
  func documents(seed: UInt64) throws {
    var generator = JSONGenerator(seed: seed)
    for _ in 0..<100 {
      let bytes = generator.document()
      if hasZeroWithExponent(bytes) { continue }
      let reference = try #require(ReferenceJSON(parsing: bytes), "\(shown(bytes))")
      let value = try #require(parse(bytes), "\(shown(bytes))")
      #expect(ReferenceJSON(value) == reference, "\(shown(bytes))")
      #expect(skips(bytes))
    }
  }

  @Test("Mutated documents are accepted or refused as by Foundation", arguments: 0..<40 as Range<UInt64>)
  func mutations(seed: UInt64) {
    var generator = JSONGenerator(seed: 1_000 + seed)
    for _ in 0..<100 {
      let bytes = generator.mutated(generator.document())
      // Foundation guesses other encodings from zero bytes and byte order marks; we are UTF-8 only.
      if bytes.prefix(4).contains(where: { $0 == 0 || $0 >= 0xEF }) || hasZeroWithExponent(bytes) { continue }
      let reference = ReferenceJSON(parsing: bytes)
      let value = parse(bytes)
      #expect((value != nil) == (reference != nil), "\(shown(bytes)) \(bytes)")
      #expect(skips(bytes) == (value != nil), "\(shown(bytes))")
      if let value, let reference { #expect(ReferenceJSON(value) == reference, "\(shown(bytes))") }
    }
  }

  @Test("No truncation traps or passes for whole")
  func truncations() {
    var generator = JSONGenerator(seed: 77)
    for _ in 0..<60 {
      var bytes: [UInt8] = Array("[".utf8) + generator.document()
      bytes.append(UInt8(ascii: "]"))
      for end in bytes.indices {
        #expect(parse(Array(bytes[..<end])) == nil)
        #expect(!skips(Array(bytes[..<end])))
      }
      #expect(parse(bytes) != nil)
    }
  }

  @Test("Random bytes never trap")
  func noise() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<5_000 {
      let bytes = (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
      #expect((parse(bytes) != nil) == skips(bytes))
    }
  }

  @Test("Every double survives its shortest text, bit by bit")
  func doubles() throws {
    var random = SeededRandom(seed: 6)
    for index in 0..<20_000 {
      let value =
        index % 2 == 0
        ? Double(bitPattern: random.next()) : (Double.random(in: -180...180, using: &random) * 1e6).rounded() / 1e6
      guard value.isFinite else { continue }
      guard case .number(let number) = try #require(parse(Array("\(value)".utf8))) else { continue }
      #expect(number.double.bitPattern == value.bitPattern, "\(value)")
    }
  }

  @Test("Numbers of 15 to 25 digits and exponents are rounded as by the standard library")
  func longNumbers() throws {
    var generator = JSONGenerator(seed: 8)
    for _ in 0..<20_000 {
      let text = generator.number()
      guard case .number(let number) = try #require(parse(Array(text.utf8)), "\(text)") else { continue }
      #expect(number.double.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }
}
