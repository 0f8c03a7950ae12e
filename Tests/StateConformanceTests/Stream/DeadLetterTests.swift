import FunctionKit
import RedisState
import Testing

/// Events that are given up.
@Suite struct DeadLetterTests {
  typealias Samples = StreamSamples

  @Test(arguments: StreamStore.available)
  func `an event that is given up is done for its group`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<2), to: "rides")
      let entries = try await stream.take()
      let reason = DeadLetterReason(code: "badInput", message: "no fare", attempts: 3)
      for _ in 0..<2 { try await stream.moveToDeadLetters(entries[0], topic: "rides", group: "g", reason: reason) }
      // Not pending in this group: nothing happens.
      try await stream.moveToDeadLetters(
        StreamEntry(id: "77-0", event: Samples.event(9)), topic: "rides", group: "g", reason: reason)
      #expect(try await stream.claim(as: "b").map(\.event.id) == ["e1"])
      if let memory = stream as? MemoryEventStream {
        #expect(memory.deadLetters(of: "rides").map(\.entry.event.id) == ["e0"])
      }
      if let redis = stream as? RedisEventStream {
        let letters = try await redis.deadLetters(of: "rides")
        #expect(letters.map(\.event.id) == ["e0"])
        #expect(letters.first?.reason == reason)
        #expect(letters.first?.group == "g")
        #expect(letters.first?.entryID == entries[0].id)
        #expect(letters.first?.event.body == Samples.event(0).body)
        #expect(letters.first?.event.extensions == Samples.event(0).extensions)
      }
    }
  }

  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `dead letters are paged and put back`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<5), to: "rides")
      for entry in try await stream.take() {
        try await stream.moveToDeadLetters(
          entry, topic: "rides", group: "g", reason: .init(code: "x", message: "y", attempts: 1))
      }
      let first = try await stream.deadLetters(of: "rides", limit: 2)
      let rest = try await stream.deadLetters(of: "rides", after: first.last?.id, limit: 10)
      #expect((first + rest).map(\.event.id) == (0..<5).map { "e\($0)" })
      #expect(try await stream.redrive([first[1].id, rest[2].id, first[1].id, "nonsense"], topic: "rides") == 2)
      let again = try await stream.take()
      #expect(again.map(\.event.id) == ["e1", "e4"])
      #expect(again.first?.event.extensions == Samples.event(1).extensions)
      #expect(try await stream.deadLetters(of: "rides").map(\.event.id) == ["e0", "e2", "e3"])
      await #expect(throws: FunctionError.self) { _ = try await stream.deadLetters(of: "rides", after: "(x") }
    }
  }
}
