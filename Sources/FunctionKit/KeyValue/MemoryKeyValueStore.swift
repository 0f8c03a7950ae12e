import Synchronization

/// A key-value store in this process's memory.
public final class MemoryKeyValueStore: KeyValueStore {
  private struct Kept<Value> {
    var value: Value
    var end: ContinuousClock.Instant?
    var isAlive: Bool { end.map { $0 > .now } ?? true }
  }

  private struct State {
    var values: [String: Kept<KeyValueEntry>] = [:]
    var counters: [String: Kept<[String: Int64]>] = [:]
    var lists: [String: Kept<[[UInt8]]>] = [:]
    var writesToSweep = sweepInterval

    /// Drops what has expired, now and then.
    mutating func sweep() {
      writesToSweep -= 1
      guard writesToSweep <= 0 else { return }
      writesToSweep = sweepInterval
      values = values.filter { $0.value.isAlive }
      counters = counters.filter { $0.value.isAlive }
      lists = lists.filter { $0.value.isAlive }
    }
  }

  private static let sweepInterval = 1_000
  private let state = Mutex(State())

  /// Creates an empty store.
  public init() {}

  /// The value of a key; nil where there is none, or it has expired.
  public func get(_ key: String) async throws -> KeyValueEntry? {
    state.withLock { state in state.values[key].flatMap { $0.isAlive ? $0.value : nil } }
  }

  /// Writes a value, whatever was there.
  public func put(_ key: String, _ value: [UInt8], expiresAfter lifetime: Duration?) async throws {
    state.withLock { Self.write(key, value, lifetime, &$0) }
  }

  /// Writes a value where nobody else has written since.
  public func replace(
    _ key: String, revision: Int64?, with value: [UInt8], expiresAfter lifetime: Duration?
  ) async throws -> Bool {
    state.withLock { state in
      let known = state.values[key].flatMap { $0.isAlive ? $0.value.revision : nil }
      guard known == revision else { return false }
      Self.write(key, value, lifetime, &state)
      return true
    }
  }

  private static func write(_ key: String, _ value: [UInt8], _ lifetime: Duration?, _ state: inout State) {
    state.sweep()
    let revision = state.values[key].flatMap { $0.isAlive ? $0.value.revision : nil } ?? 0
    state.values[key] = Kept(
      value: KeyValueEntry(value: value, revision: revision + 1), end: lifetime.map { .now + $0 })
  }

  /// Removes what a key names: value, counters and list.
  public func remove(_ key: String) async throws {
    state.withLock { state in
      state.values[key] = nil
      state.counters[key] = nil
      state.lists[key] = nil
    }
  }

  /// Adds to several counters of a key at once.
  public func add(_ amounts: [String: Int64], to key: String, expiresAfter lifetime: Duration?) async throws {
    state.withLock { state in
      state.sweep()
      var counters = state.counters[key].flatMap { $0.isAlive ? $0.value : nil } ?? [:]
      for (name, amount) in amounts {
        let (sum, overflow) = (counters[name] ?? 0).addingReportingOverflow(amount)
        counters[name] = overflow ? (amount < 0 ? .min : .max) : sum
      }
      state.counters[key] = Kept(value: counters, end: lifetime.map { .now + $0 })
    }
  }

  /// The counters of a key by their names.
  public func counters(of key: String) async throws -> [String: Int64] {
    state.withLock { state in state.counters[key].flatMap { $0.isAlive ? $0.value : nil } ?? [:] }
  }

  /// Appends to a list as long as it has room.
  public func append(
    _ values: [[UInt8]], to key: String, limit: Int, expiresAfter lifetime: Duration?
  ) async throws -> Int {
    state.withLock { state in
      state.sweep()
      var list = state.lists[key].flatMap { $0.isAlive ? $0.value : nil } ?? []
      let taken = values.prefix(max(0, limit - list.count))
      list.append(contentsOf: taken)
      state.lists[key] = Kept(value: list, end: lifetime.map { .now + $0 })
      return taken.count
    }
  }

  /// Elements of a list.
  public func list(_ key: String, from start: Int, limit: Int) async throws -> [[UInt8]] {
    state.withLock { state in
      guard let kept = state.lists[key], kept.isAlive, start >= 0 else { return [] }
      return Array(kept.value.dropFirst(start).prefix(max(0, limit)))
    }
  }
}
