import NIOCore
import Testing

@testable import RedisClient

@Suite("Reading replies")
struct ReplyReaderTests {
  private static let stream = Array(
    ("+OK\r\n:42\r\n:-7\r\n$-1\r\n*-1\r\n$0\r\n\r\n$5\r\na\r\nb\0\r\n-WRONGTYPE no\r\n*0\r\n"
      + "*3\r\n*2\r\n:1\r\n*0\r\n$1\r\nx\r\n*1\r\n-ERR in\r\n+PONG\r\n").utf8)
  private static let values: [RedisValue] = [
    .simple("OK"), .integer(42), .integer(-7), .null, .null, .bytes([]), .bytes(Array("a\r\nb\0".utf8)),
    .error(RedisError(serverMessage: "WRONGTYPE no")), .array([]),
    .array([
      .array([.integer(1), .array([])]), .bytes([0x78]), .array([.error(RedisError(serverMessage: "ERR in"))]),
    ]),
    .simple("PONG"),
  ]

  private func read(_ bytes: [UInt8], chunk: Int) throws(RedisError) -> [RedisValue] {
    let reader = ReplyReader()
    var values: [RedisValue] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      let part = ByteBuffer(bytes: bytes[start..<min(start + chunk, bytes.count)])
      try part.withUnsafeReadableBytes { part throws(RedisError) in try reader.feed(part) { values.append($0) } }
    }
    return values
  }

  @Test("every kind, in pieces of every size", arguments: [1, 2, 3, 5, 7, 64, 100_000])
  func pieces(size: Int) throws {
    #expect(try read(Self.stream, chunk: size) == Self.values)
  }

  @Test("large values and many small ones over several reads")
  func large() throws {
    let value = [UInt8](repeating: 0x2A, count: 300_000)
    let bytes = Array("$\(value.count)\r\n".utf8) + value + Array("\r\n".utf8)
    #expect(try read(bytes + bytes, chunk: 10_000) == [.bytes(value), .bytes(value)])
    let many = Array(String(repeating: ":1\r\n", count: 50_000).utf8)
    #expect(try read(many, chunk: 65_536).count == 50_000)
  }

  @Test(
    "what is not RESP2 is an error, not a trap",
    arguments: [
      "garbage\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", ":12x\r\n", "$-2\r\n", "$abc\r\n", "*-2\r\n",
      "*99999999999\r\n",
      "$99999999999999999999\r\n", "_\r\n", "%1\r\n+a\r\n+b\r\n", ":99999999999999999999\r\n",
      String(repeating: "*1\r\n", count: 20),
    ])
  func garbage(text: String) {
    for size in [1, 1000] {
      do {
        let values = try read(Array(text.utf8), chunk: size)
        Issue.record("read \(values)")
      } catch { #expect(error.code == .protocolViolation) }
    }
  }

  @Test("claims of size are not believed before the bytes come")
  func claims() throws {
    #expect(try read(Array("$9223372036854775807\r\nabc".utf8), chunk: 4).isEmpty)
    #expect(try read(Array("*2147483647\r\n:1\r\n".utf8), chunk: 4).isEmpty)
  }

  @Test("random bytes and damaged streams end in replies or a protocol error")
  func fuzz() {
    var generator = SeededGenerator(seed: 20_260_601)
    var refused = 0
    for round in 0..<20_000 {
      var bytes = Self.stream
      if round.isMultiple(of: 2) {
        for _ in 0...Int.random(in: 0..<4, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
      } else {
        let alphabet = Array("+-:$*0123456789\r\n\r\nab".utf8)
        bytes = (0..<60).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
      }
      do { _ = try read(bytes, chunk: Int.random(in: 1...80, using: &generator)) } catch {
        #expect(error.code == .protocolViolation)
        refused += 1
      }
    }
    #expect(refused > 1000)
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
