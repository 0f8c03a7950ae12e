import Synchronization

/// Leases within one process: the reference for every other keeper.
public final class MemoryLeaseKeeper: LeaseKeeper {
  private struct Held {
    var token: UInt64
    var end: ContinuousClock.Instant
  }

  private struct State {
    var lastToken: UInt64 = 0
    var held: [String: Held] = [:]
    var sweepAt = 64
  }

  private let state = Mutex(State())

  private let now: @Sendable () -> ContinuousClock.Instant

  /// Creates a keeper that holds nothing.
  public init() { now = { ContinuousClock.now } }

  /// Creates a keeper that holds nothing.
  /// - Parameter now: tells the time.
  package init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

  /// Takes a lease if nobody has it.
  public func acquire(_ name: String, for duration: Duration) async throws -> Lease? {
    let now = now()
    return state.withLock { state in
      if state.held.count >= state.sweepAt {
        state.held = state.held.filter { $0.value.end > now }
        state.sweepAt = max(64, state.held.count * 2)
      }
      if let held = state.held[name], held.end > now { return nil }
      state.lastToken += 1
      state.held[name] = Held(token: state.lastToken, end: now + duration)
      return Lease(name: name, fencingToken: state.lastToken)
    }
  }

  /// Makes a lease hold longer, where it has neither ended nor passed to another.
  public func renew(_ lease: Lease, for duration: Duration) async throws -> Bool {
    let now = now()
    return state.withLock { state in
      guard let held = state.held[lease.name], held.token == lease.fencingToken, held.end > now else { return false }
      state.held[lease.name]?.end = now + duration
      return true
    }
  }

  /// Gives a lease back before it ends.
  public func release(_ lease: Lease) async throws {
    state.withLock { state in
      if state.held[lease.name]?.token == lease.fencingToken { state.held[lease.name] = nil }
    }
  }
}
