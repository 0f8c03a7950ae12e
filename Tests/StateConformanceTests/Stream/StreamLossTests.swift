import EmbeddedStores
import FunctionKit
import RedisClient
import RedisState
import Testing

/// What Redis loses, and that the streams go on.
@Suite(.enabled(if: PrivateRedis.isInstalled)) struct StreamLossTests {
  typealias Samples = StreamSamples

  @Test func `a flushed topic and its group come back by themselves`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<3), to: "rides")
      let lost = try await stream.take()
      try await client.command("FLUSHALL")
      // Whatever is said about lost entries is accepted.
      try await stream.acknowledge(lost.prefix(1))
      try await stream.keepAlive(lost.map(\.id), topic: "rides", group: "g", consumer: "a")
      #expect(try await stream.claim(as: "b").isEmpty)
      #expect(try await stream.take().isEmpty)
      try await stream.publish([Samples.event(7)], to: "rides")
      #expect(try await stream.take().map(\.event.id) == ["e7"])
    }
  }

  @Test func `a waiting reader outlives a flush`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      try await stream.createGroup(topic: "rides", group: "g")
      let reader = Task {
        while true {
          let entries = try await stream.take(block: .milliseconds(200))
          if !entries.isEmpty { return entries.map(\.event.id) }
        }
      }
      try await Task.sleep(for: .milliseconds(30))
      try await client.command("FLUSHALL")
      try await stream.publish([Samples.event(1)], to: "rides")
      #expect(try await reader.value == ["e1"])
    }
  }

  @Test func `a restarted server still has what was pending`() async throws {
    try await PrivateRedis.run(durability: .appendOnlyFile) { server, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<4), to: "rides")
      let taken = try await stream.take(2)
      try await stream.acknowledge(taken.prefix(1))
      try await server.restart(noticedBy: client)
      #expect(try await stream.claim(as: "b").map(\.event.id) == ["e1"])
      #expect(try await stream.take().map(\.event.id) == ["e2", "e3"])
    }
  }

  @Test func `a server that is away is a transient failure`() async throws {
    try await PrivateRedis.run { server, client in
      try await RedisEventStream(client: client, deadline: .seconds(20)).createGroup(topic: "rides", group: "g")
      let stream = RedisEventStream(client: client, deadline: .milliseconds(50))
      await server.stop()
      await #expect {
        try await stream.publish([Samples.event(1)], to: "rides")
      } throws: { ($0 as? FunctionError)?.kind == .transient }
      await #expect {
        _ = try await stream.take()
      } throws: { ($0 as? FunctionError)?.isRetriable == true }
    }
  }

  @Test func `entries of others are events too`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      try await stream.createGroup(topic: "rides", group: "g")
      try await client.command("XADD", "{topic:rides}:events", "5-1", "b", "{}", "m", "soon", ".x", "y", "odd", "z")
      let entry = try #require(try await stream.take().first)
      #expect(entry.event.id == "5-1")
      #expect(entry.event.source == "topic/rides")
      #expect(entry.event.time == nil)
      #expect(entry.event.extensions == ["x": "y"])
      #expect(entry.event.body == Array("{}".utf8))
    }
  }

  @Test(arguments: ["", ":", "a:b:c", "sf:", ":rides", "ri des", "{rides}", "rides}"])
  func `a topic's name is checked`(_ name: String) async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      await #expect {
        try await stream.publish([Samples.event(1)], to: name)
      } throws: { ($0 as? FunctionError)?.kind == .badInput }
    }
  }

  @Test func `a topic without groups forgets the oldest`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, limits: .init(entries: 10), deadline: .seconds(20))
      for number in 0..<35 { try await stream.publish([Samples.event(number)], to: "rides") }
      try await stream.createGroup(topic: "rides", group: "g")
      #expect(try await stream.take().map(\.event.id) == (25..<35).map { "e\($0)" })
    }
  }

  @Test func `what feeds may still read is kept`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(
        client: client, limits: .init(entries: 10, retention: .seconds(3_600)),
        deadline: .seconds(20))
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<10), to: "rides")
      try await stream.acknowledge(try await stream.take())
      await #expect(throws: FunctionError.self) { try await stream.publish([Samples.event(10)], to: "rides") }
    }
  }
}
