import RedisClient
import Testing

@Suite("Subscriptions on a real server", .enabled(if: TestServer.isInstalled), .timeLimit(.minutes(8)))
struct SubscriptionTests {
  @Test("messages come in order, from several channels")
  func messages() async throws {
    try await TestServer.withClient { client in
      let (first, second) = (TestServer.key(), TestServer.key())
      let subscription = try await client.subscribe(to: [first, second])
      for number in 0..<500 {
        let receivers = try await client.command("PUBLISH", number.isMultiple(of: 2) ? first : second, number)
        #expect(receivers == .integer(1))
      }
      var expected = 0
      for try await message in subscription {
        #expect(message == RedisMessage(channel: message.channel, payload: Array("\(expected)".utf8)))
        #expect(message.channel == (expected.isMultiple(of: 2) ? first : second))
        expected += 1
        if expected == 500 { break }
      }
    }
  }

  @Test("a reader that is too slow, a lost connection and a closed client each end it in their own way")
  func endings() async throws {
    try await withOwnServer("subscriptions") { url in
      try await TestServer.withClient(of: url, configure: { $0.maxDedicatedConnections = 2 }) { client in
        let slow = try await client.subscribe(to: ["c"], bufferLimit: 3)
        for number in 0..<4 { try await client.command("PUBLISH", "c", number) }
        try await waitUntil { try await client.command("PUBSUB", "NUMSUB", "c").array()[1] == .integer(0) }
        _ = await expectFailure(.overloaded) { for try await _ in slow {} }

        let killed = try await client.subscribe(to: ["c"])
        try await client.command("CLIENT", "KILL", "TYPE", "pubsub")
        _ = await expectFailure(.connectionLost) { for try await _ in killed {} }

        let reader = Task { for try await _ in try await client.subscribe(to: ["c"]) {} }
        try await waitUntil { try await client.command("PUBSUB", "NUMSUB", "c").array()[1] == .integer(1) }
        reader.cancel()
        try await waitUntil { try await client.command("PUBSUB", "NUMSUB", "c").array()[1] == .integer(0) }

        let last = try await client.subscribe(to: ["c"])
        let other = try await client.subscribe(to: ["c"])
        _ = await expectFailure(.overloaded) { try await client.subscribe(to: ["c"]) }
        await client.close()
        for try await _ in last {}
        for try await _ in other {}
        _ = await expectFailure(.closed) { try await client.subscribe(to: ["c"]) }
      }
    }
  }

  @Test("a silent connection stays open while the server answers heartbeats")
  func heartbeat() async throws {
    try await withOwnServer("heartbeat") { url in
      try await TestServer.withClient(of: url, configure: { $0.silenceLimit = .milliseconds(300) }) { client in
        let subscription = try await client.subscribe(to: ["c"])
        try await waitUntil {
          let statistics = try await client.command("INFO", "commandstats").string()
          let calls = statistics.firstRange(of: "cmdstat_ping:calls=").map { statistics[$0.upperBound...] }
          return (calls?.prefix { $0.isNumber }).flatMap { Int($0) } ?? 0 > 3
        }
        try await client.command("PUBLISH", "c", "still here")
        var messages = subscription.makeAsyncIterator()
        let message = try await messages.next()
        #expect(message?.payload == Array("still here".utf8))
      }
    }
  }
}
