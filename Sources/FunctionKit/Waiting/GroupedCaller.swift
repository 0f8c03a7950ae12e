import Synchronization

/// Somebody who waits for the answer to their item, which goes out together with those of others; whoever comes first ends the wait.
package final class GroupedCaller<Item: Sendable, Answer: Sendable>: Sendable {
  private enum State {
    case new
    case waiting(CheckedContinuation<Answer, any Error>)
    case finished(Result<Answer, any Error>)
  }

  /// What is to be answered.
  package let item: Item
  private let state = Mutex(State.new)

  package init(_ item: Item) { self.item = item }

  /// Whether the wait is over.
  package var isFinished: Bool {
    state.withLock { state in
      if case .finished = state { true } else { false }
    }
  }

  /// Starts the wait.
  /// - Returns: false where it was over before.
  package func wait(_ continuation: CheckedContinuation<Answer, any Error>) -> Bool {
    let outcome: Result<Answer, any Error>? = state.withLock { state in
      if case .finished(let outcome) = state { return outcome }
      state = .waiting(continuation)
      return nil
    }
    if let outcome { continuation.resume(with: outcome) }
    return outcome == nil
  }

  /// Ends the wait; only the first end counts.
  package func finish(_ outcome: Result<Answer, any Error>) {
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
