import RedisClient
import Testing

@Suite("Scripts on a real server", .enabled(if: TestServer.isInstalled), .timeLimit(.minutes(8)))
struct ScriptTests {
  @Test("a script runs by its digest, and again after the server forgot it")
  func reload() async throws {
    let script = RedisScript("return {KEYS[1], ARGV[1], #ARGV}")
    try await TestServer.withClient { client in
      for _ in 0..<3 {
        let answer = try await client.eval(script, keys: ["k"], arguments: [7, 8])
        #expect(answer == .array([.bytes(Array("k".utf8)), .bytes([0x37]), .integer(2)]))
        try await client.command("SCRIPT", "FLUSH")
      }
    }
  }

  @Test("thousands of arguments, many calls at once, while the scripts are flushed")
  func load() async throws {
    let script = RedisScript("local sum = 0 for i = 1, #ARGV do sum = sum + ARGV[i] end return sum")
    try await TestServer.withClient { client in
      try await withThrowingTaskGroup { group in
        for start in 0..<200 {
          group.addTask {
            var call = script.call(keys: ["{sf}:drivers"], capacity: 8192)
            for number in start..<(start + 1000) { call.append(number) }
            let sum = try await client.command(call).integer()
            #expect(sum == (start..<(start + 1000)).reduce(0, +))
            if start.isMultiple(of: 20) { try await client.command("SCRIPT", "FLUSH") }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("pipelines and transactions find their scripts too")
  func together() async throws {
    let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1]) -- together")
    try await TestServer.withClient { client in
      let key = TestServer.key()
      let calls = (1...3).map { number in
        var call = script.call(keys: [key])
        call.append(number)
        return call
      }
      try await client.command("SCRIPT", "FLUSH")
      #expect(try await client.pipeline(calls).map { try $0.get() } == [.integer(1), .integer(3), .integer(6)])
      try await client.command("SCRIPT", "FLUSH")
      #expect(try await client.transaction(calls) == [.integer(7), .integer(9), .integer(12)])
    }
  }

  @Test("a script that does not compile says why, and does not loop")
  func broken() async throws {
    try await TestServer.withClient { client in
      let error = await expectFailure(.server) { try await client.eval(RedisScript("return ("), keys: ["k"]) }
      #expect(error?.detail.contains("compiling script") == true)
    }
  }
}
