/// Where a stream trigger gets its events from: topics that consumer groups read together, each event by one consumer.
///
/// An event that was read stays pending in its group until it is acknowledged; a consumer that dies
/// leaves its events pending, and another claims them.
public protocol EventStreamSource: Sendable {
  /// Makes sure that a topic and a group on it exist.
  /// - Parameters:
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  ///   - start: where a new group starts; one that is there stays where it is.
  /// - Throws: where the store cannot be reached.
  func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws

  /// Takes events that nobody in the group has had yet, in the topic's order.
  /// - Parameters:
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  ///   - consumer: who takes them.
  ///   - count: at most this many.
  ///   - block: how long to wait, in real time, where there are none.
  /// - Returns: the events, none where the wait was in vain.
  /// - Throws: where the store cannot be reached, or the task is cancelled.
  func read(
    topic: String, group: String, consumer: String, count: Int, block: Duration
  ) async throws -> [StreamEntry]

  /// Marks events as done for the group.
  /// - Parameters:
  ///   - entryIDs: the entries' ids.
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  /// - Throws: where the store cannot be reached; then the events come again.
  func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws

  /// Takes over events that some consumer of the group took and has left alone for too long.
  /// - Parameters:
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  ///   - consumer: who takes them over.
  ///   - minIdle: how long they were left alone at least, in real time.
  ///   - count: at most this many.
  /// - Returns: the events with their delivery counts.
  /// - Throws: where the store cannot be reached.
  func claimIdle(
    topic: String, group: String, consumer: String, minIdle: Duration, count: Int
  ) async throws -> [StreamEntry]

  /// Says that a consumer still works on entries, so that nobody else claims them; counts no delivery.
  /// - Parameters:
  ///   - entryIDs: the entries' ids.
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  ///   - consumer: who works on them.
  /// - Throws: where the store cannot be reached.
  func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws

  /// Lets others have at once what a consumer had taken that is known to be gone; counts no delivery.
  /// - Parameters:
  ///   - consumer: who is gone.
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  /// - Throws: where the store cannot be reached.
  func release(consumer: String, topic: String, group: String) async throws
}

extension EventStreamSource {
  /// Does nothing: others have the events when they were left alone for long enough.
  public func release(consumer: String, topic: String, group: String) async throws {}
}

/// Where a new group starts to read a topic.
public enum StreamStart: String, Sendable, CaseIterable {
  /// At the first event that the topic still has.
  case earliest
  /// Behind the last event.
  case latest
}

extension EventStreamSource {
  /// Makes sure that a topic and a group on it exist; a new group starts at the topic's first event.
  /// - Parameters:
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  /// - Throws: where the store cannot be reached.
  public func createGroup(topic: String, group: String) async throws {
    try await createGroup(topic: topic, group: group, startingAt: .earliest)
  }
}
