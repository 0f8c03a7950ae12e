import Testing

@testable import RedisClient

@Suite("Slots, maps and redirections")
struct SlotTests {
  @Test("CRC-16 and hash tags as the cluster specification has them")
  func slots() {
    #expect(KeySlot.crc16(Array("123456789".utf8)) == 0x31C3)
    func slot(_ key: String) -> Int { KeySlot.slot(of: Array(key.utf8)) }
    #expect(slot("foo") == 12_182)
    #expect(slot("") == 0)
    #expect(slot("{user1000}.following") == slot("user1000"))
    #expect(slot("foo{}{bar}") == Int(KeySlot.crc16(Array("foo{}{bar}".utf8))) % KeySlot.count)
    #expect(slot("foo{{bar}}zap") == slot("{bar"))
    #expect(slot("foo{bar}{zap}") == slot("bar"))
    #expect(slot("foo{bar") == Int(KeySlot.crc16(Array("foo{bar".utf8))) % KeySlot.count)
  }

  @Test("a map is read, changed by a move, and empty where nobody serves")
  func map() throws {
    func node(_ host: RedisValue, _ port: Int) -> RedisValue {
      .array([host, .integer(port), .bytes(Array("id".utf8))])
    }
    let answer = RedisValue.array([
      .array([.integer(0), .integer(99), node(.bytes(Array("10.0.0.1".utf8)), 7000), node(.bytes([]), 7009)]),
      .array([.integer(200), .integer(16_383), node(.null, 7001)]),
    ])
    var map = try SlotMap(answer, askedHost: "here")
    #expect(map[0] == .tcp(host: "10.0.0.1", port: 7000))
    #expect(map[99] == map[0])
    #expect(map[100] == nil)
    #expect(map[16_383] == .tcp(host: "here", port: 7001))
    #expect(map[-1] == nil && map[16_384] == nil)
    map.move(99, to: .tcp(host: "new", port: 1))
    map.move(99_999, to: .tcp(host: "new", port: 2))
    #expect(map[99] == .tcp(host: "new", port: 1))
    #expect(map[98] == .tcp(host: "10.0.0.1", port: 7000))
  }

  @Test("an answer of another shape is refused")
  func hostileMap() {
    let node = RedisValue.array([.bytes([0x61]), .integer(1)])
    for (first, last) in [(0, 16_384), (-1, 5), (5, 4), (Int.max, Int.max)] {
      let answer = RedisValue.array([.array([.integer(first), .integer(last), node])])
      #expect(throws: RedisError.self) { try SlotMap(answer, askedHost: "") }
    }
    for answer: RedisValue in [.null, .array([.null]), .array([.array([.integer(0), .integer(1), .array([])])])] {
      #expect(throws: RedisError.self) { try SlotMap(answer, askedHost: "") }
    }
  }

  @Test(
    "each failure has its remedy",
    arguments: [
      ("MOVED 3999 127.0.0.1:6381", Recovery.moved(slot: 3999, to: .tcp(host: "127.0.0.1", port: 6381))),
      ("MOVED 3999 :6381", .moved(slot: 3999, to: .tcp(host: "asked", port: 6381))),
      ("ASK 1 ::1:6381", .ask(.tcp(host: "::1", port: 6381))),
      ("MOVED 99999 a:1", .giveUp), ("MOVED x a:1", .giveUp), ("MOVED", .giveUp), ("ASK 1 a:0", .giveUp),
      ("ASK 1 a", .giveUp),
      ("LOADING Redis is loading", .later), ("TRYAGAIN x", .later), ("CLUSTERDOWN x", .refresh),
      ("NOSCRIPT x", .giveUp), ("WRONGTYPE x", .giveUp), ("ERR x", .giveUp),
    ])
  func recovery(message: String, expected: Recovery) {
    let error = RedisError(serverMessage: message)
    #expect(
      Recovery(error, script: nil, askedHost: "asked", isCluster: true, followsRedirects: true) == expected)
  }

  @Test("what was written and lost is not sent again")
  func lost() {
    let script = RedisScript("return 1")
    func recovery(_ code: RedisError.Code, isCluster: Bool) -> Recovery {
      Recovery(RedisError(code), script: script, askedHost: "", isCluster: isCluster, followsRedirects: true)
    }
    #expect(recovery(.connectionLost, isCluster: true) == .giveUp)
    #expect(recovery(.timeout, isCluster: true) == .giveUp)
    #expect(recovery(.connectFailed, isCluster: true) == .refresh)
    #expect(recovery(.connectFailed, isCluster: false) == .giveUp)
    let unknown = RedisError(serverMessage: "NOSCRIPT No matching script")
    #expect(
      Recovery(unknown, script: script, askedHost: "", isCluster: false, followsRedirects: false)
        == .loadScript(script))
  }
}
