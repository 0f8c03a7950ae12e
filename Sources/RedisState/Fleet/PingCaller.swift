import Synchronization

/// Somebody who waits until their positions are taken; whoever comes first ends the wait.
final class PingCaller: Sendable {
  private enum State {
    case new
    case waiting(CheckedContinuation<Int, any Error>)
    case finished(Result<Int, any Error>)
  }

  let items: FleetItems
  private let state = Mutex(State.new)

  init(_ items: FleetItems) { self.items = items }

  /// Starts the wait.
  /// - Returns: false where it was over before.
  func wait(_ continuation: CheckedContinuation<Int, any Error>) -> Bool {
    let outcome: Result<Int, any Error>? = state.withLock { state in
      if case .finished(let outcome) = state { return outcome }
      state = .waiting(continuation)
      return nil
    }
    if let outcome { continuation.resume(with: outcome) }
    return outcome == nil
  }

  /// Ends the wait; only the first end counts.
  func finish(_ outcome: Result<Int, any Error>) {
    let continuation: CheckedContinuation<Int, any Error>? = state.withLock { state in
      switch state {
      case .finished: return nil
      case .new:
        state = .finished(outcome)
        return nil
      case .waiting(let continuation):
        state = .finished(outcome)
        return continuation
      }
    }
    continuation?.resume(with: outcome)
  }
}
