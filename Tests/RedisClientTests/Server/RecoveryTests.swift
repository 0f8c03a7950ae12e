import EmbeddedStores
import Glibc
import RedisClient
import Testing

@Suite("Losing the server", .enabled(if: TestServer.isInstalled), .timeLimit(.minutes(8)))
struct RecoveryTests {
  @Test("killed mid-pipeline and started again: everyone gets the right answer or an error")
  func killed() async throws {
    let server = TestServer.make("killed", durability: .appendOnlyFile)
    try await server.start()
    try await TestServer.withClient(of: server.url) { client in
      let answered = Tally()
      let failed = Tally()
      let isDone = Tally()
      try await withThrowingTaskGroup { group in
        for worker in 0..<50 {
          group.addTask {
            var number = 0
            while isDone.value == 0 {
              let commands = (0..<20).map { RedisCommand("ECHO", "\(worker)-\(number)-\($0)") }
              for (index, answer) in try await client.pipeline(commands).enumerated() {
                switch answer {
                case .success(let value):
                  let echo = try value.string()
                  #expect(echo == "\(worker)-\(number)-\(index)")
                  answered.add(1)
                case .failure(let error):
                  #expect(error.code == .connectionLost && error.mayHaveExecuted, "\(String(reflecting: error))")
                  failed.add(1)
                }
              }
              number += 1
            }
          }
        }
        group.addTask {
          defer { isDone.add(1) }
          for round in 1...3 {
            let before = answered.value
            try await waitUntil { answered.value > before + 1000 }
            kill(try #require(server.processID), SIGKILL)
            _ = await server.waitForExit()
            try await server.start()
            try await client.command("INCR", "rounds")
            let rounds = try await client.command("GET", "rounds").integer()
            #expect(rounds == round)
          }
        }
        try await group.waitForAll()
      }
      #expect(failed.value > 0)
      #expect(client.pendingCount == 0)
    }
    await server.stop()
  }

  @Test("while the server is away, commands wait until their deadline or fail at once, as configured")
  func away() async throws {
    let server = TestServer.make("away")
    try await TestServer.withClient(of: server.url) { client in
      let error = await expectFailure(.connectFailed) { try await client.command("PING", deadline: .milliseconds(50)) }
      #expect(error?.mayHaveExecuted == false)
      async let waiting = client.command("PING")
      try await server.start()
      #expect(try await waiting == .simple("PONG"))
      await server.stop()
    }
    try await TestServer.withClient(of: server.url, configure: { $0.whenDisconnected = .fail }) { client in
      // With a deadline of 20 seconds, which the time limit of a hundred of these would not allow.
      for _ in 0..<100 { _ = await expectFailure(.connectFailed) { try await client.command("PING") } }
      try await server.start()
      try await waitUntil { (try? await client.command("PING")) == .simple("PONG") }
      await server.stop()
    }
  }

  @Test("a connection that the server closes is made again, and cancelled waiting leaves nothing behind")
  func connectionKilled() async throws {
    try await withOwnServer("connection") { url in
      try await TestServer.withClient(of: url) { client in
        for number in 0..<20 {
          do {
            try await client.command(
              "CLIENT", "KILL", "TYPE", "normal", "SKIPME", number.isMultiple(of: 2) ? "yes" : "no")
          } catch let error as RedisError {
            #expect(error.code == .connectionLost)
          }
          let results = try await client.pipeline([RedisCommand("PING"), RedisCommand("ECHO", number)])
          for result in results {
            if case .failure(let error) = result { #expect(error.code == .connectionLost) }
          }
        }
        let answer = try await client.command("ECHO", "still here").string()
        #expect(answer == "still here")
        #expect(client.pendingCount == 0)
      }
    }
  }

  @Test("a server that is loading its data is waited for")
  func loading() async throws {
    let server = TestServer.make(
      "loading", durability: .appendOnlyFile,
      settings: ["key-load-delay": "1000", "loading-process-events-interval-bytes": "1024"])
    try await server.start()
    try await TestServer.withClient(of: server.url) { client in
      let answers = try await client.pipeline((0..<300).map { RedisCommand("SET", "k\($0)", $0) })
      #expect(answers.allSatisfy { (try? $0.get()) == .simple("OK") })
      kill(try #require(server.processID), SIGKILL)
      _ = await server.waitForExit()
      async let started: Void = server.start()
      let value = try await client.command("GET", "k299").integer()
      #expect(value == 299)
      try await started
    }
    await server.stop()
  }
}
