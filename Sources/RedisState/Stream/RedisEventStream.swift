import DispatchState
package import FunctionKit
package import RedisClient

/// Topics and consumer groups as streams in Redis.
///
/// Gives the same answers as `MemoryEventStream`, except that a group that is gone, because Redis lost it, is made again.
/// Bounded: publishing to a full topic fails rather than forget what nobody has handled.
package final class RedisEventStream: Sendable {
  /// How much is kept.
  package struct Limits: Sendable {
    /// Entries of one topic.
    package var entries: Int
    /// How long entries stay at least that all groups are done with, for those who read without a group.
    package var retention: Duration

    /// Creates limits.
    package init(entries: Int = 1_000_000, retention: Duration = .seconds(30)) {
      self.entries = entries
      self.retention = retention
    }
  }

  let client: RedisClient
  let limits: Limits
  let deadline: Duration

  /// Creates the streams.
  /// - Parameters:
  ///   - client: the connection to Redis.
  ///   - limits: how much is kept.
  ///   - deadline: how long a call may take beside the wait that it asks for, in real time.
  package init(client: RedisClient, limits: Limits = Limits(), deadline: Duration = .seconds(5)) {
    self.client = client
    self.limits = limits
    self.deadline = deadline
  }

  /// Runs a command and reads its answer.
  func run<Value: Sendable>(
    _ command: RedisCommand, read: (RedisValue) throws(RedisError) -> Value
  ) async throws -> Value {
    try await RedisFailure.function { () async throws(RedisError) in
      try read(try await client.command(command, deadline: deadline))
    }
  }
}

extension RedisEventStream: EventPublisher {
  package func publish(_ events: [Event], to topic: String) async throws {
    let topic = try TopicName(topic)
    for start in stride(from: 0, to: events.count, by: StreamScripts.maxEventsPerCall) {
      let part = events[start..<min(start + StreamScripts.maxEventsPerCall, events.count)]
      let size = part.reduce(0) { $0 + $1.body.count + 512 }
      var call = StreamScripts.publish.call(keys: [RedisKeys.topic(topic)], capacity: size)
      call.append(limits.entries)
      call.append(limits.retention.wholeMilliseconds)
      call.append(part.count)
      for event in part {
        call.append(StreamFields.count(event))
        StreamFields.append(event, to: &call)
      }
      let added = try await run(call) { value throws(RedisError) in try value.integer() }
      guard added == part.count else {
        throw FunctionError(
          .overloaded, code: "streamFull", "topic \(topic) holds \(limits.entries) events that are not done")
      }
    }
  }
}
