import Testing

@testable import FunctionKit

@Suite(.timeLimit(.minutes(8)))
struct MemoryEventStreamTests {
  private func events(_ ids: Range<Int>) -> [Event] { ids.map { Event(id: "\($0)", source: "/s", type: "t") } }

  @Test func groupsReadForThemselvesAndConsumersShare() async throws {
    let stream = MemoryEventStream()
    try await stream.publish(events(0..<4), to: "t")
    for group in ["a", "b"] { try await stream.createGroup(topic: "t", group: group) }
    let first = try await stream.read(topic: "t", group: "a", consumer: "1", count: 3, block: .zero)
    let second = try await stream.read(topic: "t", group: "a", consumer: "2", count: 3, block: .zero)
    let other = try await stream.read(topic: "t", group: "b", consumer: "1", count: 9, block: .zero)
    #expect(first.map(\.event.id) == ["0", "1", "2"])
    #expect(second.map(\.event.id) == ["3"])
    #expect(other.map(\.event.id) == ["0", "1", "2", "3"])
    try await stream.acknowledge(first.map(\.id), topic: "t", group: "a")
    #expect(stream.pendingCount(topic: "t", group: "a") == 1)
  }

  @Test func aReadWaitsForEvents() async throws {
    let stream = MemoryEventStream()
    try await stream.createGroup(topic: "t", group: "a")
    let reading = Task {
      try await stream.read(topic: "t", group: "a", consumer: "1", count: 1, block: .seconds(1_000))
    }
    await Task.yield()
    try await stream.publish(events(0..<1), to: "t")
    #expect(try await reading.value.map(\.event.id) == ["0"])
    #expect(
      try await stream.read(topic: "t", group: "a", consumer: "1", count: 1, block: .milliseconds(5)).isEmpty)
    let cancelled = Task {
      try await stream.read(topic: "t", group: "a", consumer: "1", count: 1, block: .seconds(1_000))
    }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
  }

  @Test func idleEntriesCanBeClaimed() async throws {
    let stream = MemoryEventStream()
    try await stream.publish(events(0..<2), to: "t")
    try await stream.createGroup(topic: "t", group: "a")
    _ = try await stream.read(topic: "t", group: "a", consumer: "1", count: 2, block: .zero)
    #expect(
      try await stream.claimIdle(topic: "t", group: "a", consumer: "2", minIdle: .seconds(100), count: 9).isEmpty)
    let claimed = try await stream.claimIdle(topic: "t", group: "a", consumer: "2", minIdle: .zero, count: 1)
    #expect(claimed.map(\.event.id) == ["0"])
    #expect(claimed.first?.deliveryCount == 2)
  }

  @Test func aFullTopicRefusesUntilItsGroupsAreDone() async throws {
    let stream = MemoryEventStream(capacity: 3)
    try await stream.createGroup(topic: "t", group: "a")
    try await stream.publish(events(0..<3), to: "t")
    await #expect(throws: FunctionError.self) { try await stream.publish(events(3..<4), to: "t") }
    let entries = try await stream.read(topic: "t", group: "a", consumer: "1", count: 3, block: .zero)
    await #expect(throws: FunctionError.self) { try await stream.publish(events(3..<4), to: "t") }
    try await stream.acknowledge(entries.map(\.id), topic: "t", group: "a")
    try await stream.publish(events(3..<6), to: "t")
    #expect(
      try await stream.read(topic: "t", group: "a", consumer: "1", count: 9, block: .zero).map(\.event.id)
        == ["3", "4", "5"])
  }

  @Test func unknownGroupsAreErrors() async {
    await #expect(throws: FunctionError.self) {
      try await MemoryEventStream().read(topic: "t", group: "a", consumer: "1", count: 1, block: .zero)
    }
  }
}
