import Synchronization

/// A clock that moves only when it is told to: for tests and for virtual time.
public final class ManualClock: WallClock {
  private struct Sleeper {
    var moment: EventTime
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: EventTime
    var next: UInt64 = 0
    var sleepers: [UInt64: Sleeper] = [:]
    var cancelled: Set<UInt64> = []
  }

  private let state: Mutex<State>

  /// Creates a clock.
  /// - Parameter now: the moment that it shows.
  public init(now: EventTime) {
    state = Mutex(State(now: now))
  }

  /// The present city time.
  public func now() -> EventTime {
    state.withLock { $0.now }
  }

  /// How many tasks sleep on this clock.
  public var sleeperCount: Int {
    state.withLock { $0.sleepers.count }
  }

  /// Moves the clock and wakes whoever's moment has come, earliest first; never moves it back.
  /// - Parameter moment: what it shows from now on.
  public func advance(to moment: EventTime) {
    let due = state.withLock { state in
      state.now = max(state.now, moment)
      let due = state.sleepers.filter { $0.value.moment <= state.now }
        .sorted { ($0.value.moment, $0.key) < ($1.value.moment, $1.key) }
      for (key, _) in due { state.sleepers[key] = nil }
      return due
    }
    for (_, sleeper) in due { sleeper.continuation.resume() }
  }

  /// Moves the clock by a span.
  /// - Parameter duration: how far; a negative one does nothing.
  public func advance(by duration: Duration) {
    advance(to: now().advanced(by: duration))
  }

  /// Suspends until the clock shows a moment.
  public func sleep(until moment: EventTime) async throws {
    let key = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        enum Outcome { case due, cancelled, waiting }
        let outcome: Outcome = state.withLock { state in
          if state.cancelled.remove(key) != nil { return .cancelled }
          if moment <= state.now { return .due }
          state.sleepers[key] = Sleeper(moment: moment, continuation: continuation)
          return .waiting
        }
        switch outcome {
        case .due: continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        case .waiting: break
        }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: key)
        if sleeper == nil { state.cancelled.insert(key) }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
