import NIOCore
import RedisClient
import Testing

@Suite("Commands on a real server", .enabled(if: TestServer.isInstalled), .timeLimit(.minutes(8)))
struct CommandTests {
  @Test("every kind of value comes back as itself")
  func values() async throws {
    try await TestServer.withClient { client in
      let key = TestServer.key()
      #expect(try await client.command("PING") == .simple("PONG"))
      #expect(try await client.command("GET", key) == .null)
      #expect(try await client.command("SET", key, 42) == .simple("OK"))
      #expect(try await client.command("GET", key).integer() == 42)
      #expect(try await client.command("INCRBY", key, -50) == .integer(-8))
      #expect(try await client.command("MGET", key, "missing") == .array([.bytes(Array("-8".utf8)), .null]))
      #expect(try await client.command("LRANGE", "missing", 0, -1) == .array([]))
      let nested = try await client.command("EVAL", "return {1, {'a', {false, {}}}, redis.error_reply('BAD x')}", 0)
      #expect(
        nested
          == .array([
            .integer(1), .array([.bytes([0x61]), .array([.null, .array([])])]), .error(.init(serverMessage: "BAD x")),
          ]))
      #expect(try await client.command("EVAL", "return 0.5 * 3", 0) == .integer(1))
      #expect(try await client.command("HSET", "\(key)-h", "a", 1.5, "b", UInt64.max) == .integer(2))
      let pairs = try await client.command("HGETALL", "\(key)-h").pairs()
      #expect(try pairs.map { try $0.key.string() } == ["a", "b"])
      #expect(try pairs[0].value.double() == 1.5)
      #expect(try pairs[1].value.string() == "18446744073709551615")
    }
  }

  @Test("any byte survives, and so do large values")
  func bytes() async throws {
    try await TestServer.withClient { client in
      let key = TestServer.key()
      for value: [UInt8] in [
        [], [0], Array("\r\n$-1\r\n*3\r\n".utf8), Array(0...255), [UInt8](repeating: 0x0D, count: 3_000_000),
      ] {
        try await client.command("SET", key, value)
        #expect(try await client.command("GET", key).bytes() == value)
        let both = try await client.command(
          "EVAL", "return {ARGV[1], ARGV[2]}", 0, ByteBuffer(bytes: value), value[...])
        #expect(try both.array().map { try $0.bytes() } == [value, value])
      }
    }
  }

  @Test("what the server refuses is thrown, with its prefix and without its text")
  func serverErrors() async throws {
    try await TestServer.withClient { client in
      let key = TestServer.key()
      try await client.command("SET", key, "secret")
      let wrongType = await expectFailure(.server) { try await client.command("LPUSH", key, 1) }
      #expect(wrongType?.serverPrefix == "WRONGTYPE")
      #expect(wrongType?.isTransient == false)
      let unknown = await expectFailure(.server) { try await client.command("NOSUCHCOMMAND", "secret") }
      #expect(unknown?.serverPrefix == "ERR")
      #expect(unknown.map { "\($0)".contains("secret") } == false)
      #expect(unknown?.detail.contains("secret") == true)
      await _ = expectFailure(.unexpectedReply) { try await client.command("GET", key).integer() }
    }
  }

  @Test("thousands of tasks share two connections and each gets its own answer")
  func concurrency() async throws {
    try await TestServer.withClient { client in
      let key = TestServer.key()
      await withTaskGroup { group in
        for number in 0..<10_000 {
          group.addTask {
            let echo = try? await client.command("ECHO", "\(key)-\(number)").string()
            #expect(echo == "\(key)-\(number)")
          }
        }
      }
      #expect(client.pendingCount == 0)
    }
  }

  @Test("a pipeline keeps its order and fails command by command")
  func pipeline() async throws {
    try await TestServer.withClient { client in
      let key = TestServer.key()
      #expect(try await client.pipeline([]).isEmpty)
      let commands =
        (0..<1000).map { RedisCommand("RPUSH", key, $0) } + [RedisCommand("GET", key), RedisCommand("LLEN", key)]
      let answers = try await client.pipeline(commands)
      #expect(try answers.prefix(1000).map { try $0.get().integer() } == Array(1...1000))
      #expect(throws: RedisError.self) { try answers[1000].get() }
      #expect(try answers[1001].get() == .integer(1000))
      let list = try await client.command("LRANGE", key, 0, -1).array().map { try $0.integer() }
      #expect(list == Array(0..<1000))
    }
  }

  @Test("a transaction runs as a whole or not at all")
  func transaction() async throws {
    try await TestServer.withClient { client in
      let key = TestServer.key()
      #expect(try await client.transaction([]).isEmpty)
      let answers = try await client.transaction([
        RedisCommand("SET", key, 1), RedisCommand("LPUSH", key, 1), RedisCommand("INCR", key),
      ])
      #expect(answers[0] == .simple("OK"))
      #expect(throws: RedisError.self) { try answers[1].integer() }
      #expect(answers[2] == .integer(2))
      _ = await expectFailure(.server) {
        try await client.transaction([RedisCommand("INCR", key), RedisCommand("NOSUCHCOMMAND")])
      }
      #expect(try await client.command("GET", key).integer() == 2)
      // Transactions of many tasks on the same connection stay apart.
      try await withThrowingTaskGroup { group in
        for _ in 0..<200 {
          group.addTask {
            let answers = try await client.transaction([RedisCommand("INCR", key), RedisCommand("INCR", key)])
            #expect(try answers[1].integer() == answers[0].integer() + 1)
          }
          group.addTask { try await client.command("PING") }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("database and login are set before the first command")
  func greeting() async throws {
    try await TestServer.withClient(configure: { $0.database = 3 }) { client in
      let key = TestServer.key()
      try await client.command("SET", key, 1)
      #expect(try await client.command("CLIENT", "GETNAME").string() == "cabstand")
      #expect(try await client.command("CLIENT", "INFO").string().contains(" db=3 "))
    }
    try await TestServer.withClient { client in
      try await client.command("ACL", "SETUSER", "dispatch", "on", ">p@ss:w/rd", "+@all", "~*")
    }
    try await TestServer.withClient(configure: {
      $0.username = "dispatch"
      $0.password = "p@ss:w/rd"
    }) { client in
      let name = try await client.command("ACL", "WHOAMI").string()
      #expect(name == "dispatch")
    }
    try await TestServer.withClient(configure: {
      $0.username = "dispatch"
      $0.password = "wrong"
    }) { client in
      let error = await expectFailure(.authenticationFailed) { try await client.command("PING") }
      #expect(error?.detail.contains("WRONGPASS") == true)
    }
  }
}
