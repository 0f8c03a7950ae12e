import Synchronization

/// One caller and the answers it waits for.
///
/// Whoever comes first ends the wait: the last answer, a lost connection, the deadline or the caller's cancellation.
/// What comes later is dropped here, so that a late answer never reaches the wrong caller.
final class RedisWaiter: Sendable {
  typealias Answer = Result<RedisValue, RedisError>

  private struct State {
    var continuation: CheckedContinuation<Void, Never>?
    var isFinished = false
    /// The only answer where one is awaited: saves the array.
    var single: Answer?
    var several: [Answer?]
    var missing: Int
  }

  private let state: Mutex<State>

  /// - Parameter count: the answers to wait for, at least one
  init(count: Int) {
    state = Mutex(State(several: count > 1 ? Array(repeating: nil, count: count) : [], missing: count))
  }

  /// Whether somebody still wants the answers.
  var isWaiting: Bool { state.withLock { !$0.isFinished } }

  /// Gives one answer.
  func fulfil(_ index: Int, with answer: Answer) {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.isFinished else { return nil }
      if state.several.isEmpty { state.single = answer } else { state.several[index] = answer }
      state.missing -= 1
      guard state.missing == 0 else { return nil }
      return Self.finish(&state)
    }
    continuation?.resume()
  }

  /// Ends the wait: every answer that is missing becomes this error.
  func fail(_ error: RedisError) {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.isFinished else { return nil }
      if state.several.isEmpty {
        state.single = .failure(error)
      } else {
        for index in state.several.indices where state.several[index] == nil { state.several[index] = .failure(error) }
      }
      return Self.finish(&state)
    }
    continuation?.resume()
  }

  private static func finish(_ state: inout State) -> CheckedContinuation<Void, Never>? {
    state.isFinished = true
    defer { state.continuation = nil }
    return state.continuation
  }

  /// Runs `send` and waits for the answers; returns at once when the task is cancelled.
  func wait(sending send: () -> Void) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isFinished = state.withLock { state in
          if !state.isFinished { state.continuation = continuation }
          return state.isFinished
        }
        if isFinished { continuation.resume() } else { send() }
      }
    } onCancel: {
      fail(RedisError(.cancelled, mayHaveExecuted: true))
    }
  }

  /// The first answer, once the wait is over.
  var first: Answer {
    state.withLock { $0.single ?? $0.several.first ?? nil } ?? .failure(RedisError(.cancelled))
  }

  /// All answers in the order of their commands, once the wait is over.
  var all: [Answer] {
    state.withLock { state in
      if let single = state.single { return [single] }
      return state.several.map { $0 ?? .failure(RedisError(.cancelled)) }
    }
  }
}
