import Synchronization

/// Dead letters in memory: the reference for every other queue.
public final class MemoryDeadLetterQueue: DeadLetterQueue {
  fileprivate struct Key: Hashable {
    var place: DeadLetter.Place
    var source: String
    var id: String
  }

  private struct Entry {
    var letter: DeadLetter
    var consumer: String?
    var end: ContinuousClock.Instant?
  }

  private struct State {
    var lastID: Int64 = 0
    var entries: [Int64: Entry] = [:]
    var ids: [Key: Int64] = [:]

    func matching(_ filter: DeadLetterFilter, _ isMeant: (Entry) -> Bool = { _ in true }) -> [Int64] {
      let ids = entries.filter { filter.matches($0.value.letter) && isMeant($0.value) }.keys.sorted()
      return Array(ids.prefix(max(filter.limit, 0)))
    }

    mutating func remove(_ id: Int64) {
      guard let entry = entries.removeValue(forKey: id) else { return }
      ids[Key(entry.letter)] = nil
    }
  }

  private let state = Mutex(State())

  /// Creates an empty queue.
  public init() {}

  /// Keeps an event that was given up.
  public func add(_ letter: DeadLetter) async throws {
    state.withLock { state in
      let key = Key(letter)
      if let id = state.ids[key], var entry = state.entries[id] {
        var merged = letter
        merged.id = id
        merged.state = .waiting
        merged.firstFailure = min(entry.letter.firstFailure, letter.firstFailure)
        merged.reason.attempts += entry.letter.reason.attempts
        merged.redrives = entry.letter.redrives + (entry.letter.state == .taken ? 1 : 0)
        entry = Entry(letter: merged)
        state.entries[id] = entry
        return
      }
      state.lastID += 1
      var letter = letter
      letter.id = state.lastID
      letter.state = .waiting
      letter.redrives = 0
      state.entries[letter.id] = Entry(letter: letter)
      state.ids[key] = letter.id
    }
  }

  /// Dead letters in the order in which they were given up first.
  public func letters(_ filter: DeadLetterFilter) async throws -> [DeadLetter] { self.all(filter) }

  /// The same without waiting.
  /// - Parameter filter: which.
  public func all(_ filter: DeadLetterFilter = DeadLetterFilter()) -> [DeadLetter] {
    state.withLock { state in state.matching(filter).compactMap { state.entries[$0]?.letter } }
  }

  /// Asks for another attempt at those that wait.
  public func redrive(_ filter: DeadLetterFilter) async throws -> Int {
    state.withLock { state in
      let ids = state.matching(filter) { $0.letter.state == .waiting }
      for id in ids { state.entries[id]?.letter.state = .requested }
      return ids.count
    }
  }

  /// Forgets those that nobody is at.
  public func purge(_ filter: DeadLetterFilter) async throws -> Int {
    state.withLock { state in
      let ids = state.matching(filter) { $0.letter.state != .taken }
      for id in ids { state.remove(id) }
      return ids.count
    }
  }

  /// Takes those for which another attempt was asked.
  public func takeRedriven(
    _ places: [DeadLetter.Place], consumer: String, lease: Duration, limit: Int
  ) async throws -> [DeadLetter] {
    let (now, places) = (ContinuousClock.now, Set(places))
    return state.withLock { state in
      let ids = state.matching(DeadLetterFilter(limit: limit)) { entry in
        guard places.contains(entry.letter.place) else { return false }
        switch entry.letter.state {
        case .waiting: return false
        case .requested: return true
        case .taken: return entry.end.map { $0 <= now } ?? true
        }
      }
      return ids.compactMap { id in
        guard var entry = state.entries[id] else { return nil }
        entry.letter.state = .taken
        entry.consumer = consumer
        entry.end = now + lease
        state.entries[id] = entry
        return entry.letter
      }
    }
  }

  /// Keeps what a consumer took from being taken by others.
  public func keep(_ ids: [Int64], consumer: String, lease: Duration) async throws {
    let end = ContinuousClock.now + lease
    state.withLock { state in
      for id in ids where state.entries[id]?.consumer == consumer { state.entries[id]?.end = end }
    }
  }

  /// Forgets what was handled at last.
  public func remove(_ ids: [Int64]) async throws {
    state.withLock { state in
      for id in ids { state.remove(id) }
    }
  }
}

extension MemoryDeadLetterQueue.Key {
  fileprivate init(_ letter: DeadLetter) {
    self.init(place: letter.place, source: letter.event.source, id: letter.event.id)
  }
}
