package import FunctionKit
import RedisClient

extension RedisEventStream: EventStreamSource {
  package func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws {
    let topic = try TopicName(topic)
    try await RedisFailure.function { () async throws(RedisError) in
      try await self.createGroup(topic, group, start)
    }
  }

  package func read(
    topic: String, group: String, consumer: String, count: Int, block: Duration
  ) async throws -> [StreamEntry] {
    let topic = try TopicName(topic)
    return try await RedisFailure.function { () async throws(RedisError) in
      do throws(RedisError) { return try await read(topic, group, consumer, count: count, block: block) } catch {
        // The group is gone with what Redis lost, maybe while we waited.
        guard error.serverPrefix == "NOGROUP" || error.serverPrefix == "UNBLOCKED" else { throw error }
        try await createGroup(topic, group)
        return try await read(topic, group, consumer, count: count, block: block)
      }
    }
  }

  package func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws {
    let topic = try TopicName(topic)
    let ids = entryIDs.filter(Self.isEntryID)
    guard !ids.isEmpty else { return }
    var command = RedisCommand("XACK", RedisKeys.topic(topic), group)
    command.append(contentsOf: ids)
    try await run(command) { _ in }
  }

  package func claimIdle(
    topic: String, group: String, consumer: String, minIdle: Duration, count: Int
  ) async throws -> [StreamEntry] {
    let topic = try TopicName(topic)
    guard count > 0 else { return [] }
    var call = StreamScripts.claimIdle.call(keys: [RedisKeys.topic(topic)])
    call.append(group)
    call.append(consumer)
    call.append(minIdle.wholeMilliseconds)
    call.append(min(count, 1_000))
    return try await RedisFailure.function { () async throws(RedisError) in
      do throws(RedisError) {
        return try StreamFields.entries(try await client.command(call, deadline: deadline), topic: topic)
      } catch {
        guard error.serverPrefix == "NOGROUP" else { throw error }
        return []
      }
    }
  }

  package func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws {
    let topic = try TopicName(topic)
    let ids = entryIDs.filter(Self.isEntryID)
    for start in stride(from: 0, to: ids.count, by: 1_000) {
      var call = StreamScripts.keepAlive.call(keys: [RedisKeys.topic(topic)])
      call.append(group)
      call.append(consumer)
      call.append(contentsOf: ids[start..<min(start + 1_000, ids.count)])
      try await ignoringLostGroup(call)
    }
  }

  package func release(consumer: String, topic: String, group: String) async throws {
    let topic = try TopicName(topic)
    var call = StreamScripts.release.call(keys: [RedisKeys.topic(topic)])
    call.append(group)
    call.append(consumer)
    try await ignoringLostGroup(call)
  }

  private func createGroup(
    _ topic: TopicName, _ group: String, _ start: StreamStart = .earliest
  ) async throws(RedisError) {
    do {
      try await client.command(
        "XGROUP", "CREATE", RedisKeys.topic(topic), group, start == .earliest ? "0" : "$", "MKSTREAM",
        deadline: deadline)
    } catch {
      guard error.serverPrefix == "BUSYGROUP" else { throw error }
    }
  }

  private func read(
    _ topic: TopicName, _ group: String, _ consumer: String, count: Int, block: Duration
  ) async throws(RedisError) -> [StreamEntry] {
    var command = RedisCommand("XREADGROUP", "GROUP", group, consumer, "COUNT", max(count, 1))
    let wait = block.wholeMilliseconds
    if wait > 0 {
      command.append("BLOCK")
      command.append(wait)
    }
    command.append("STREAMS")
    command.append(RedisKeys.topic(topic))
    command.append(">")
    let answer =
      wait > 0 ? try await client.blocking(command, for: block) : try await client.command(command, deadline: deadline)
    return try StreamFields.readEntries(answer, topic: topic)
  }

  /// Runs a call about entries of a group that may be gone; then so are its entries.
  private func ignoringLostGroup(_ command: RedisCommand) async throws {
    try await RedisFailure.function { () async throws(RedisError) in
      do throws(RedisError) { try await client.command(command, deadline: deadline) } catch {
        guard error.serverPrefix == "NOGROUP" else { throw error }
      }
    }
  }

  /// Whether a text is `<milliseconds>-<number>`; anything else is no entry of ours, and the server would refuse the call.
  static func isEntryID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { UInt64($0) != nil && $0.first != "+" }
  }
}
