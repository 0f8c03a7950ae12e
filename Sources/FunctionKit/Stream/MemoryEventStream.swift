import Synchronization

/// Topics and consumer groups in memory: the reference for every other stream.
///
/// Bounded: publishing to a full topic fails rather than forget what nobody has handled.
public final class MemoryEventStream: EventStreamSource, EventPublisher {
  private struct Pending {
    var consumer: String
    var since: ContinuousClock.Instant
    var deliveries: Int
  }

  private struct Group {
    var next: UInt64
    var pending: [UInt64: Pending] = [:]
  }

  private struct Waiter {
    var group: String
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct Topic {
    var first: UInt64 = 1
    var events: [Event] = []
    var groups: [String: Group] = [:]
    var waiters: [UInt64: Waiter] = [:]
    var end: UInt64 { first + UInt64(events.count) }

    func event(_ sequence: UInt64) -> Event? {
      guard sequence >= first, sequence < end else { return nil }
      return events[Int(sequence - first)]
    }

    /// Forgets what every group is done with.
    mutating func trim() {
      guard !groups.isEmpty else { return }
      var keep = end
      for group in groups.values {
        keep = min(keep, group.next, group.pending.keys.min() ?? keep)
      }
      // In large steps, so that the cost of moving the rest is spread.
      guard keep > first, keep - first >= UInt64(max(events.count / 2, 1)) else { return }
      events.removeFirst(Int(keep - first))
      first = keep
    }
  }

  private struct State {
    var topics: [String: Topic] = [:]
    var nextWaiter: UInt64 = 0
    var ended: Set<UInt64> = []
  }

  private let state = Mutex(State())
  private let capacity: Int

  /// Creates an empty stream.
  /// - Parameter capacity: how many events a topic may hold, 1 or more.
  public init(capacity: Int = 1_000_000) {
    precondition(capacity >= 1, "a topic holds at least one event")
    self.capacity = capacity
  }

  /// Appends events; throws `streamFull` rather than forget what some group has not handled.
  public func publish(_ events: [Event], to topic: String) async throws {
    let waiters = try state.withLock { state in
      var entry = state.topics.removeValue(forKey: topic) ?? Topic()
      defer { state.topics[topic] = entry }
      entry.trim()
      guard entry.events.count + events.count <= capacity else {
        throw FunctionError(.overloaded, code: "streamFull", "topic \(topic) holds \(capacity) events already")
      }
      entry.events.append(contentsOf: events)
      let waiters = entry.waiters
      entry.waiters = [:]
      return waiters
    }
    for waiter in waiters.values { waiter.continuation.resume() }
  }

  /// Makes sure that a topic and a group on it exist.
  public func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws {
    state.withLock { state in
      var entry = state.topics.removeValue(forKey: topic) ?? Topic()
      if entry.groups[group] == nil { entry.groups[group] = Group(next: start == .earliest ? entry.first : entry.end) }
      state.topics[topic] = entry
    }
  }

  /// Takes events that nobody in the group has had yet.
  public func read(
    topic: String, group: String, consumer: String, count: Int, block: Duration
  ) async throws -> [StreamEntry] {
    let entries = try take(topic: topic, group: group, consumer: consumer, count: count)
    guard entries.isEmpty, block > .zero else { return entries }
    try await wait(topic: topic, group: group, atMost: block)
    return try take(topic: topic, group: group, consumer: consumer, count: count)
  }

  /// Marks events as done for the group.
  public func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws {
    state.withLock { state in
      for id in entryIDs {
        guard let sequence = UInt64(id) else { continue }
        state.topics[topic]?.groups[group]?.pending[sequence] = nil
      }
    }
  }

  /// Takes over events that some consumer has left alone for too long.
  public func claimIdle(
    topic: String, group: String, consumer: String, minIdle: Duration, count: Int
  ) async throws -> [StreamEntry] {
    state.withLock { state in
      guard let source = state.topics[topic], let pending = source.groups[group]?.pending else { return [] }
      let now = ContinuousClock.now
      let idle = pending.filter { now - $0.value.since >= minIdle }.keys.sorted().prefix(max(count, 0))
      var entries: [StreamEntry] = []
      for sequence in idle {
        guard let event = source.event(sequence), let deliveries = pending[sequence]?.deliveries else { continue }
        state.topics[topic]?.groups[group]?.pending[sequence] = Pending(
          consumer: consumer, since: now, deliveries: deliveries + 1)
        entries.append(StreamEntry(id: String(sequence), event: event, deliveryCount: deliveries + 1))
      }
      return entries
    }
  }

  /// Says that a consumer still works on entries.
  public func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws {
    let now = ContinuousClock.now
    state.withLock { state in
      for id in entryIDs {
        guard let sequence = UInt64(id),
          state.topics[topic]?.groups[group]?.pending[sequence]?.consumer == consumer
        else { continue }
        state.topics[topic]?.groups[group]?.pending[sequence]?.since = now
      }
    }
  }

  /// How many events a group has taken and not finished.
  /// - Parameters:
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  public func pendingCount(topic: String, group: String) -> Int {
    state.withLock { $0.topics[topic]?.groups[group]?.pending.count ?? 0 }
  }

  /// How many events a group has not taken yet.
  /// - Parameters:
  ///   - topic: the stream's name.
  ///   - group: the group's name.
  public func lag(topic: String, group: String) -> Int {
    state.withLock { state in
      guard let topic = state.topics[topic], let group = topic.groups[group] else { return 0 }
      return Int(topic.end - group.next)
    }
  }

  private func take(topic: String, group: String, consumer: String, count: Int) throws -> [StreamEntry] {
    try state.withLock { state in
      guard var source = state.topics.removeValue(forKey: topic) else {
        throw FunctionError(.transient, code: "noSuchGroup", "topic \(topic) has no group \(group)")
      }
      defer { state.topics[topic] = source }
      guard var members = source.groups.removeValue(forKey: group) else {
        throw FunctionError(.transient, code: "noSuchGroup", "topic \(topic) has no group \(group)")
      }
      defer { source.groups[group] = members }
      let now = ContinuousClock.now
      var entries: [StreamEntry] = []
      while entries.count < count, let event = source.event(members.next) {
        members.pending[members.next] = Pending(consumer: consumer, since: now, deliveries: 1)
        entries.append(StreamEntry(id: String(members.next), event: event))
        members.next += 1
      }
      return entries
    }
  }

  /// Suspends until somebody publishes to the topic, the time is up or the task is ended.
  private func wait(topic: String, group: String, atMost limit: Duration) async throws {
    let key = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let timer = Task {
      guard (try? await Task.sleep(for: limit)) != nil else { return }
      self.wake(key, topic: topic)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let waits = state.withLock { state in
          if state.ended.remove(key) != nil { return false }
          guard let source = state.topics[topic], let members = source.groups[group], members.next >= source.end else {
            return false
          }
          state.topics[topic]?.waiters[key] = Waiter(group: group, continuation: continuation)
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      wake(key, topic: topic)
    }
    timer.cancel()
    await timer.value
    _ = state.withLock { $0.ended.remove(key) }
    try Task.checkCancellation()
  }

  /// Ends a wait, also one that has not begun.
  private func wake(_ key: UInt64, topic: String) {
    let waiter = state.withLock { state in
      let waiter = state.topics[topic]?.waiters.removeValue(forKey: key)
      if waiter == nil { state.ended.insert(key) }
      return waiter
    }
    waiter?.continuation.resume()
  }
}
