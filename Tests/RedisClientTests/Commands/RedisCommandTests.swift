import NIOCore
import Testing

@testable import RedisClient

@Suite("Building commands")
struct RedisCommandTests {
  private func wire(_ command: RedisCommand) -> String {
    var buffer = ByteBuffer()
    command.write(to: &buffer)
    #expect(buffer.readableBytes == command.byteCount)
    return String(buffer: buffer)
  }

  @Test("arguments of every type")
  func encoding() {
    #expect(wire(RedisCommand("PING")) == "*1\r\n$4\r\nPING\r\n")
    let set = RedisCommand("SET", "ключ", 0, [UInt8]("x\r\n".utf8), -15, 1.5, ByteBuffer(string: ""), UInt64.max)
    #expect(
      wire(set) == "*8\r\n$3\r\nSET\r\n$8\r\nключ\r\n$1\r\n0\r\n$3\r\nx\r\n\r\n$3\r\n-15\r\n$3\r\n1.5\r\n$0\r\n\r\n"
        + "$20\r\n18446744073709551615\r\n")
    var packed = RedisCommand("X", Int64(5), UInt32(6), "ab".dropFirst())
    packed.append(byteCount: 2) { $0.storeBytes(of: 0x6261, as: UInt16.self) }
    packed.append(contentsOf: [7, 8])
    #expect(
      wire(packed)
        == "*7\r\n$1\r\nX\r\n$1\r\n5\r\n$1\r\n6\r\n$1\r\nb\r\n$2\r\nab\r\n$1\r\n7\r\n$1\r\n8\r\n")
  }

  @Test("whole numbers are written and read as Swift spells them")
  func decimals() {
    var generator = SeededGenerator(seed: 1)
    let numbers =
      [0, 9, 10, -1, -10, Int.max, Int.min]
      + (0..<1000).map { _ in Int.random(in: Int.min...Int.max, using: &generator) >> Int.random(in: 0..<64) }
    for number in numbers {
      #expect(wire(RedisCommand("N", number)) == wire(RedisCommand("N", "\(number)")))
      #expect(Int(decimal: Array("\(number)".utf8)) == number)
    }
    for text in ["", "-", "+1", "1.0", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "1 "] {
      #expect(Int(decimal: Array(text.utf8)) == nil)
    }
  }

  @Test(
    "SHA-1 as FIPS 180 has it",
    arguments: [
      ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
      ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
      (String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
    ])
  func sha1(text: String, digest: String) {
    #expect(RedisScript(text).sha1 == Array(digest.utf8))
  }

  @Test("the slot of a command is that of its first key")
  func slots() {
    let slot = KeySlot.slot(of: Array("k".utf8))
    for command in [
      RedisCommand("GET", "k"), RedisCommand("eval", "return 1", 1, "k", "x"), RedisScript("x").call(keys: ["k", "l"]),
      RedisCommand("XREAD", "COUNT", 1, "STREAMS", "k", "0"), RedisCommand("XGROUP", "CREATE", "k", "g", "$"),
      RedisCommand("XREADGROUP", "GROUP", "g", "c", "BLOCK", 5, "streams", "k", ">"), RedisCommand("BLPOP", "k", 1),
      RedisCommand("OBJECT", "ENCODING", "k"), RedisCommand("ZINTER", 2, "k", "l"),
    ] {
      #expect(command.slot == slot)
    }
    for command in [
      RedisCommand("PING"), RedisCommand("SCRIPT", "LOAD", "k"), RedisCommand("EVAL", "return 1", 0, "k"),
      RedisCommand("GET"), RedisCommand("XREAD"),
    ] {
      #expect(command.slot == nil)
    }
  }
}
