import EmbeddedStores
import Glibc
import RedisClient
import Testing

@Suite("Deadlines and bounds on a real server", .enabled(if: TestServer.isInstalled), .timeLimit(.minutes(8)))
struct DeadlineTests {
  /// One connection, so that what comes after a late answer would be shifted if anything were.
  private static func oneConnection(_ configuration: inout RedisConfiguration) {
    configuration.connectionsPerNode = 1
  }

  @Test("an answer that comes too late is dropped and shifts no other")
  func lateAnswer() async throws {
    try await withOwnServer("late") { url in
      try await TestServer.withClient(of: url, configure: Self.oneConnection) { client in
        try await client.command("PING")
        let error = await expectFailure(.timeout) {
          try await client.command("DEBUG", "SLEEP", 0.2, deadline: .milliseconds(20))
        }
        #expect(error?.mayHaveExecuted == true)
        await withTaskGroup { group in
          for number in 0..<100 {
            group.addTask {
              // Some run out of time while the server sleeps, the others must get their own answer.
              let deadline: Duration = number.isMultiple(of: 3) ? .milliseconds(5) : .seconds(20)
              let answer = try? await client.command("ECHO", number, deadline: deadline).integer()
              #expect(answer == number || (answer == nil && number.isMultiple(of: 3)))
            }
          }
        }
        let after = try await client.command("ECHO", "after").string()
        #expect(after == "after")
      }
    }
  }

  @Test("a cancelled task returns at once and its answer reaches nobody")
  func cancellation() async throws {
    try await withOwnServer("cancellation") { url in
      try await TestServer.withClient(of: url, configure: Self.oneConnection) { client in
        let key = TestServer.key()
        // Nothing is ever pushed: without cancellation this would wait for its deadline.
        let blocked = Task { try await client.blocking(RedisCommand("BLPOP", key, 0), for: nil) }
        let early = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return try await client.command("ECHO", "early")
        }
        _ = await expectFailure(.cancelled) { try await early.value }
        try await waitUntil { try await client.command("INFO", "clients").string().contains("blocked_clients:1") }
        blocked.cancel()
        _ = await expectFailure(.cancelled) { try await blocked.value }
        #expect(try await client.command("ECHO", "after").string() == "after")
        // The blocked connection is gone, so a pushed element stays for whoever asks.
        try await waitUntil { try await client.command("INFO", "clients").string().contains("blocked_clients:0") }
        try await client.command("RPUSH", key, "x")
        #expect(try await client.command("LLEN", key) == .integer(1))
      }
    }
  }

  @Test("cancelling many callers in flight leaves every other answer in its place")
  func cancellationUnderLoad() async throws {
    try await TestServer.withClient(configure: Self.oneConnection) { client in
      await withTaskGroup { group in
        for number in 0..<2000 {
          group.addTask {
            let task = Task { try await client.command("ECHO", number).integer() }
            if number.isMultiple(of: 2) { task.cancel() }
            switch await task.result {
            case .success(let echo): #expect(echo == number)
            case .failure(let error): #expect((error as? RedisError)?.code == .cancelled)
            }
          }
        }
      }
      try await waitUntil { client.pendingCount == 0 }
    }
  }

  @Test("one more than the limit is refused as overloaded, and then there is room again")
  func overload() async throws {
    let server = TestServer.make("overload")
    try await server.start()
    let process = try #require(server.processID)
    try await TestServer.withClient(
      of: server.url,
      configure: {
        $0.connectionsPerNode = 1
        $0.maxPendingCommandsPerConnection = 100
      }
    ) { client in
      try await client.command("PING")
      // The server is frozen, so that nothing is answered before everything was asked.
      kill(process, SIGSTOP)
      let refused = Tally()
      await withTaskGroup { group in
        for _ in 0..<150 {
          group.addTask {
            do throws(RedisError) { try await client.command("PING") } catch {
              #expect(error.code == .overloaded && !error.mayHaveExecuted)
              refused.add(1)
            }
          }
        }
        group.addTask {
          try? await waitUntil { refused.value == 50 }
          #expect(client.pendingCount == 100)
          kill(process, SIGCONT)
        }
      }
      #expect(refused.value == 50)
      #expect(client.pendingCount == 0)
      let tooMany = try await client.pipeline((0..<101).map { RedisCommand("SET", "k", $0) })
      #expect(tooMany.allSatisfy { if case .failure(let error) = $0 { error.code == .overloaded } else { false } })
      #expect(try await client.command("EXISTS", "k") == .integer(0))
    }
    await server.stop()
  }

  @Test("blocking reads wait on connections of their own")
  func blocking() async throws {
    try await withOwnServer("blocking") { url in
      try await TestServer.withClient(of: url, configure: Self.oneConnection) { client in
        let key = TestServer.key()
        try await client.command("XGROUP", "CREATE", key, "g", "$", "MKSTREAM")
        let read = RedisCommand("XREADGROUP", "GROUP", "g", "me", "BLOCK", 10_000, "COUNT", 10, "STREAMS", key, ">")
        async let answers = withThrowingTaskGroup { group in
          for _ in 0..<5 {
            group.addTask { try await client.blocking(read, for: .seconds(10)) }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        try await waitUntil { try await client.command("INFO", "clients").string().contains("blocked_clients:5") }
        #expect(try await client.command("PING") == .simple("PONG"))
        for number in 0..<5 { try await client.command("XADD", key, "*", "n", number) }
        let entries = try await answers.map { try $0.array()[0].array()[1].array().count }
        #expect(entries.reduce(0, +) == 5)
        let none = RedisCommand("XREAD", "BLOCK", 5, "STREAMS", key, "$")
        #expect(try await client.blocking(none, for: .milliseconds(5)).optionalArray() == nil)
      }
    }
  }

  @Test("only so many dedicated connections")
  func dedicatedLimit() async throws {
    try await TestServer.withClient(configure: { $0.maxDedicatedConnections = 1 }) { client in
      let key = TestServer.key()
      async let first = client.blocking(RedisCommand("BLPOP", key, 0), for: nil)
      try await waitUntil {
        try await client.command("CLIENT", "LIST").string().contains("cmd=blpop")
      }
      _ = await expectFailure(.overloaded) { try await client.blocking(RedisCommand("BLPOP", key, 0), for: nil) }
      try await client.command("RPUSH", key, "x")
      #expect(try await first.array().count == 2)
    }
  }

  @Test("a closed client says so, and lets the answers on their way arrive")
  func closing() async throws {
    try await withOwnServer("closing") { url in
      try await TestServer.withClient(of: url, configure: Self.oneConnection) { client in
        try await client.command("PING")
        async let slow = client.command("DEBUG", "SLEEP", 0.1)
        try await waitUntil { client.pendingCount == 1 }
        await client.close()
        #expect(try await slow == .simple("OK"))
        _ = await expectFailure(.closed) { try await client.command("PING") }
        _ = await expectFailure(.closed) { try await client.transaction([RedisCommand("PING")]) }
        await client.close()
      }
    }
  }
}
