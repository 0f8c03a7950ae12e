internal import Synchronization

/// Somebody who waits for the answer to their item; whoever comes first ends the wait.
final class GroupedCaller<Item: Sendable, Answer: Sendable>: Sendable {
  private enum State {
    case new
    case waiting(CheckedContinuation<Answer, any Error>)
    case finished(Result<Answer, any Error>)
  }

  let item: Item
  private let state = Mutex(State.new)

  init(_ item: Item) { self.item = item }

  /// Whether the wait is over.
  var isFinished: Bool {
    state.withLock { state in
      if case .finished = state { true } else { false }
    }
  }

  /// Starts the wait.
  /// - Returns: false where it was over before.
  func wait(_ continuation: CheckedContinuation<Answer, any Error>) -> Bool {
    let outcome: Result<Answer, any Error>? = state.withLock { state in
      if case .finished(let outcome) = state { return outcome }
      state = .waiting(continuation)
      return nil
    }
    if let outcome { continuation.resume(with: outcome) }
    return outcome == nil
  }

  /// Ends the wait; only the first end counts.
  func finish(_ outcome: Result<Answer, any Error>) {
    let continuation: CheckedContinuation<Answer, any Error>? = state.withLock { state in
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
