import Synchronization

/// Deduplication within one process: the reference for every other store.
public final class MemoryDeduplicationStore: DeduplicationStore {
  private struct Entry {
    /// Who is at it; nil where it is completed.
    var owner: String?
    /// What was completed said; nil where nobody knows.
    var payload: UInt64?
    var end: ContinuousClock.Instant
  }

  private struct State {
    var entries: [DeduplicationKey: Entry] = [:]
    var sweepAt = 1_024
  }

  private let state = Mutex(State())
  private let now: @Sendable () -> ContinuousClock.Instant

  /// Creates an empty store.
  public init() { now = { ContinuousClock.now } }

  /// Creates an empty store.
  /// - Parameter now: tells the time.
  package init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

  /// Begins events that nobody has begun or completed.
  public func begin(
    _ keys: [DeduplicationKey], owner: String, lease: Duration
  ) async throws -> [DeduplicationState] {
    let now = now()
    return state.withLock { state in
      if state.entries.count >= state.sweepAt {
        state.entries = state.entries.filter { $0.value.end > now }
        state.sweepAt = max(1_024, state.entries.count * 2)
      }
      return keys.map { key in
        if let entry = state.entries[key], entry.end > now {
          guard let holder = entry.owner else {
            return (entry.payload ?? key.payload) == (key.payload ?? entry.payload) ? .completed : .conflict
          }
          guard holder == owner else { return .inProgress }
        }
        state.entries[key] = Entry(owner: owner, end: now + lease)
        return .begun
      }
    }
  }

  /// Says that events were handled.
  public func complete(_ keys: [DeduplicationKey], owner: String, for duration: Duration) async throws {
    let end = now() + duration
    state.withLock { state in
      for key in keys { state.entries[key] = Entry(owner: nil, payload: key.payload, end: end) }
    }
  }

  /// Gives events back that were begun and not completed.
  public func release(_ keys: [DeduplicationKey], owner: String) async throws {
    state.withLock { state in
      for key in keys where state.entries[key]?.owner == owner { state.entries[key] = nil }
    }
  }
}
