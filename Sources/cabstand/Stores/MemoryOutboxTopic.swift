import DispatchState
import FunctionKit
import RedisState

/// The outbox as a topic, where state is in memory: what the relay publishes of it.
struct MemoryOutboxTopic: EventStreamSource {
  let streams: MemoryEventStream

  private var topic: String { TopicName.rides.description }

  func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws {
    try await streams.createGroup(topic: self.topic, group: "outbox/\(group)", startingAt: start)
  }

  func read(
    topic: String, group: String, consumer: String, count: Int, block: Duration
  ) async throws -> [StreamEntry] {
    try await streams.read(topic: self.topic, group: "outbox/\(group)", consumer: consumer, count: count, block: block)
  }

  func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws {
    try await streams.acknowledge(entryIDs, topic: self.topic, group: "outbox/\(group)")
  }

  func claimIdle(
    topic: String, group: String, consumer: String, minIdle: Duration, count: Int
  ) async throws -> [StreamEntry] {
    try await streams.claimIdle(
      topic: self.topic, group: "outbox/\(group)", consumer: consumer, minIdle: minIdle, count: count)
  }

  func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws {
    try await streams.keepAlive(entryIDs, topic: self.topic, group: "outbox/\(group)", consumer: consumer)
  }
}
