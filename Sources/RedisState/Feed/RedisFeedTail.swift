package import DispatchState
import FunctionKit
package import Logging
package import RedisClient
import ServiceLifecycle

/// Reads what is published and hands it to those who listen in this process, from the moment it runs until the shutdown.
///
/// Every topic has a connection of its own that waits in Redis. While Redis is away the tail keeps trying; then it goes on
/// after the last message it has handed over, or from the beginning where Redis has lost the stream.
package final class RedisFeedTail: Service {
  private static let block = Duration.seconds(2)
  private static let batch = 500
  private static let firstPause = Duration.milliseconds(20)
  private static let longestPause = Duration.seconds(1)
  private static let beginning = "0-0"

  private let client: RedisClient
  private let hub: FeedHub
  private let topics: [TopicName]
  private let logger: Logger

  /// Creates the tail.
  /// - Parameters:
  ///   - client: the connection to Redis.
  ///   - hub: gets every message.
  ///   - topics: the topics to read.
  ///   - logger: where losing and finding Redis is told.
  package init(client: RedisClient, hub: FeedHub, topics: [TopicName] = [.rides], logger: Logger) {
    self.client = client
    self.hub = hub
    self.topics = topics
    self.logger = logger
  }

  /// Reads until the graceful shutdown or the task's cancellation.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for topic in self.topics { group.addTask { await self.follow(topic) } }
      }
    }
  }

  private func follow(_ topic: TopicName) async {
    var position: String?
    var pause = Self.firstPause
    var isLost = false
    while !Task.isCancelled {
      do {
        if let known = position {
          position = try await read(topic, after: known)
        } else {
          position = try await lastEntry(of: topic)
        }
        if isLost { logger.info("the feed's stream is back", metadata: ["topic": "\(topic)"]) }
        isLost = false
        pause = Self.firstPause
      } catch {
        if Task.isCancelled { return }
        if !isLost {
          logger.warning("the feed's stream cannot be read", metadata: ["topic": "\(topic)", "error": "\(error)"])
        }
        isLost = true
        try? await Task.sleep(for: pause)
        pause = min(pause * 2, Self.longestPause)
      }
    }
  }

  /// Hands over what comes after an entry.
  /// - Returns: the entry to go on after.
  private func read(_ topic: TopicName, after position: String) async throws(RedisError) -> String {
    let command = RedisCommand(
      "XREAD", "COUNT", Self.batch, "BLOCK", Self.block.wholeMilliseconds, "STREAMS", RedisKeys.topic(topic), position)
    let entries = try StreamFields.readEntries(try await client.blocking(command, for: Self.block), topic: topic)
    for entry in entries {
      if let message = OutboxEvent.message(entry.event) { hub.deliver(message) }
    }
    if let last = entries.last { return last.id }
    // Nothing came: because nothing happened, or because the stream is a new one whose entries count as old.
    let last = try await lastEntry(of: topic)
    return Self.isEarlier(last, than: position) ? Self.beginning : position
  }

  /// The stream's last entry; the beginning where it has none.
  private func lastEntry(of topic: TopicName) async throws(RedisError) -> String {
    let answer = try await client.command("XREVRANGE", RedisKeys.topic(topic), "+", "-", "COUNT", 1)
    return try StreamFields.entries(answer, topic: topic).last?.id ?? Self.beginning
  }

  private static func isEarlier(_ left: String, than right: String) -> Bool {
    func parts(_ id: String) -> (UInt64, UInt64) {
      let parts = id.split(separator: "-").map { UInt64($0) ?? 0 }
      return parts.count == 2 ? (parts[0], parts[1]) : (0, 0)
    }
    return parts(left) < parts(right)
  }
}
