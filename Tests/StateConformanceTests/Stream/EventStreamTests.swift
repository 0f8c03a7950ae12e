import FunctionKit
import Synchronization
import Testing

/// Publishing, reading, acknowledging, claiming and giving up.
@Suite struct EventStreamTests {
  typealias Samples = StreamSamples

  @Test(arguments: StreamStore.available)
  func `an event comes as it was published`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      let full = Event(
        id: "ä/1", source: "https://example.com/a?b=c", type: "cabstand.ride.requested.v1", subject: "r 1",
        time: EventTime(unixMilliseconds: -5), dataContentType: "application/octet-stream",
        dataSchema: "https://example.com/schema", extensions: ["traceparent": "00-ab", "empty": "", "b": "x"],
        body: (0...255).map { UInt8($0) })
      let bare = Event(id: "2", source: "s", type: "t")
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish([full, bare], to: "rides")
      let entries = try await stream.take()
      try #require(entries.count == 2)
      for (entry, event) in zip(entries, [full, bare]) {
        #expect(entry.deliveryCount == 1)
        #expect(entry.event.id == event.id)
        #expect(entry.event.source == event.source)
        #expect(entry.event.type == event.type)
        #expect(entry.event.subject == event.subject)
        #expect(entry.event.time == event.time)
        #expect(entry.event.dataContentType == event.dataContentType)
        #expect(entry.event.dataSchema == event.dataSchema)
        #expect(entry.event.extensions == event.extensions)
        #expect(entry.event.body == event.body)
      }
      #expect(entries[0].id != entries[1].id)
    }
  }

  @Test(arguments: StreamStore.available)
  func `order is kept, and each event goes to one consumer`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<1_200), to: "rides")
      var seen: [String] = []
      while true {
        let entries = try await stream.take(100, as: seen.count % 200 == 0 ? "a" : "b")
        if entries.isEmpty { break }
        seen += entries.map(\.event.id)
      }
      #expect(seen == (0..<1_200).map { "e\($0)" })
    }
  }

  @Test(arguments: StreamStore.available)
  func `a new group starts at the first event, and groups do not share`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.publish(Samples.events(0..<3), to: "rides")
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.createGroup(topic: "rides", group: "other")
      #expect(try await stream.take().count == 3)
      #expect(try await stream.take().isEmpty)
      let other = try await stream.read(topic: "rides", group: "other", consumer: "a", count: 2, block: .zero)
      #expect(other.map(\.event.id) == ["e0", "e1"])
    }
  }

  @Test(arguments: StreamStore.available)
  func `topics do not share`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      for topic in ["rides", "sf:rides", "nyc:rides"] {
        try await stream.createGroup(topic: topic, group: "g")
        try await stream.publish([Event(id: topic, source: "s", type: "t")], to: topic)
      }
      for topic in ["rides", "sf:rides", "nyc:rides"] {
        let entries = try await stream.read(topic: topic, group: "g", consumer: "a", count: 9, block: .zero)
        #expect(entries.map(\.event.id) == [topic])
      }
    }
  }

  @Test(arguments: StreamStore.available)
  func `a reader waits for what is published`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      async let waiting = stream.take(block: .seconds(20))
      try await stream.publish([Samples.event(1)], to: "rides")
      #expect(try await waiting.map(\.event.id) == ["e1"])
      #expect(try await stream.take(block: .milliseconds(5)).isEmpty)
    }
  }

  @Test(arguments: StreamStore.available)
  func `a cancelled reader stops waiting`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      let reader = Task { try await stream.take(block: .seconds(600)) }
      try await Task.sleep(for: .milliseconds(20))
      reader.cancel()
      await #expect(throws: CancellationError.self) { try await reader.value }
    }
  }

  @Test(arguments: StreamStore.available)
  func `what is acknowledged never comes again`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<5), to: "rides")
      let entries = try await stream.take()
      try await stream.acknowledge(entries.prefix(3))
      try await stream.acknowledge(entries.prefix(3))
      try await stream.acknowledge(["nonsense", "0-0", "+-+"], topic: "rides", group: "g")
      try await stream.acknowledge([], topic: "rides", group: "g")
      let claimed = try await stream.claim(as: "b")
      #expect(claimed.map(\.event.id) == ["e3", "e4"])
    }
  }

  @Test(arguments: StreamStore.available)
  func `what a consumer leaves alone goes to another, counted`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      #expect(try await stream.claim(as: "b").isEmpty)
      try await stream.publish(Samples.events(0..<5), to: "rides")
      #expect(try await stream.take(3).map(\.deliveryCount) == [1, 1, 1])
      // Nothing is idle for an hour.
      #expect(try await stream.claim(as: "b", minIdle: .seconds(3_600)).isEmpty)
      let first = try await stream.claim(as: "b", count: 2)
      #expect(first.map(\.event.id) == ["e0", "e1"])
      #expect(first.map(\.deliveryCount) == [2, 2])
      #expect(try await stream.claim(as: "c").map(\.deliveryCount) == [3, 3, 2])
      // What nobody has had yet is no business of a claim.
      #expect(try await stream.take().map(\.event.id) == ["e3", "e4"])
    }
  }

  @Test(arguments: StreamStore.available)
  func `keeping alive holds only what one has`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<2), to: "rides")
      let entries = try await stream.take()
      let idle = Duration.milliseconds(150)
      try await Task.sleep(for: idle)
      try await stream.keepAlive([entries[0].id, "nonsense"], topic: "rides", group: "g", consumer: "a")
      try await stream.keepAlive([entries[1].id], topic: "rides", group: "g", consumer: "b")
      // On a machine that stood still meanwhile the first may be idle again; the second always is.
      let claimed = try await stream.claim(as: "b", minIdle: idle)
      #expect(claimed.map(\.event.id).contains("e1"))
      #expect(claimed.allSatisfy { $0.deliveryCount == 2 })
      #expect(try await stream.claim(as: "c", minIdle: .seconds(600)).isEmpty)
    }
  }

  @Test(arguments: StreamStore.available)
  func `a full topic refuses until its groups are done`(_ store: StreamStore) async throws {
    try await store.run(capacity: 20) { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      try await stream.publish(Samples.events(0..<20), to: "rides")
      await #expect {
        try await stream.publish([Samples.event(20)], to: "rides")
      } throws: { error in
        (error as? FunctionError)?.kind == .overloaded && (error as? FunctionError)?.code == "streamFull"
      }
      let entries = try await stream.take(20)
      await #expect(throws: FunctionError.self) { try await stream.publish([Samples.event(20)], to: "rides") }
      try await stream.acknowledge(entries.prefix(15))
      try await stream.publish(Samples.events(20..<25), to: "rides")
      // Nothing that was not done is lost.
      let rest = try await stream.claim(as: "b").map(\.event.id) + stream.take().map(\.event.id)
      #expect(rest == (15..<25).map { "e\($0)" })
    }
  }

  private final class Publisher: Sendable {
    let isDone = Atomic(false)
  }

  @Test(arguments: StreamStore.available)
  func `many consumers share the work exactly once`(_ store: StreamStore) async throws {
    try await store.run { stream async throws in
      try await stream.createGroup(topic: "rides", group: "g")
      let count = 2_000
      let publisher = Publisher()
      let seen = try await withThrowingTaskGroup(of: [String].self) { group in
        for consumer in 0..<4 {
          group.addTask {
            var seen: [String] = []
            while true {
              // What was published before is there to be taken, however long the publisher took.
              let wasDone = publisher.isDone.load(ordering: .acquiring)
              let entries = try await stream.take(50, as: "c\(consumer)", block: .milliseconds(10))
              if entries.isEmpty, wasDone { return seen }
              seen += entries.map(\.event.id)
              try await stream.acknowledge(entries)
            }
          }
        }
        for start in stride(from: 0, to: count, by: 100) {
          try await stream.publish(Samples.events(start..<(start + 100)), to: "rides")
        }
        publisher.isDone.store(true, ordering: .releasing)
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(seen.count == count)
      #expect(Set(seen).count == count)
      #expect(try await stream.claim(as: "z").isEmpty)
    }
  }
}
