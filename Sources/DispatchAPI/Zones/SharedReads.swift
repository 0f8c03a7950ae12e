import Synchronization

/// Values that are read once for all who ask at about the same time: whoever comes while a value is being read waits for that one, and what was
/// read a moment ago is used again.
final class SharedReads<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value?
    /// When the reading of the value began.
    var readAt: ContinuousClock.Instant?
    var reading: Task<Value, any Error>?
    var readingSince: ContinuousClock.Instant?
  }

  private enum Answer {
    case value(Value)
    case task(Task<Value, any Error>)
  }

  private let entries = Mutex<[Key: Entry]>([:])

  /// The value of a key.
  /// - Parameters:
  ///   - key: which.
  ///   - maximumAge: how long ago its reading may have begun, in real time.
  ///   - read: reads it; gets the value that was read before, if there is one.
  func value(
    _ key: Key, maximumAge: Duration, read: @escaping @Sendable (Value?) async throws -> Value
  ) async throws -> Value {
    let now = ContinuousClock.now
    let answer: Answer = entries.withLock { entries in
      let entry = entries[key] ?? Entry()
      if let value = entry.value, let readAt = entry.readAt, readAt + maximumAge > now { return .value(value) }
      if let reading = entry.reading, let since = entry.readingSince, since + maximumAge > now { return .task(reading) }
      let former = entry.value
      let task = Task { try await self.finish(key, started: now, former, read) }
      entries[key, default: Entry()].reading = task
      entries[key, default: Entry()].readingSince = now
      return .task(task)
    }
    switch answer {
    case .value(let value): return value
    case .task(let task): return try await task.value
    }
  }

  private func finish(
    _ key: Key, started: ContinuousClock.Instant, _ former: Value?,
    _ read: @Sendable (Value?) async throws -> Value
  ) async throws -> Value {
    do {
      let value = try await read(former)
      entries.withLock { entries in
        // Another reading may have begun since; it is the one to wait for then.
        if entries[key]?.readingSince == started { entries[key]?.reading = nil }
        if entries[key]?.readAt.map({ $0 < started }) ?? true {
          entries[key, default: Entry()].value = value
          entries[key, default: Entry()].readAt = started
        }
      }
      return value
    } catch {
      entries.withLock { entries in
        if entries[key]?.readingSince == started { entries[key]?.reading = nil }
      }
      throw error
    }
  }
}
