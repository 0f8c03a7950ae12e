import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM as something to wait for.
final class StopSignals: Sendable {
  private struct State {
    var count = 0
    var actions: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())
  private let sources = Mutex<[Sources]>([])

  private struct Sources: @unchecked Sendable {
    var source: any DispatchSourceSignal
  }

  init() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in self?.arrived() }
      source.resume()
      sources.withLock { $0.append(Sources(source: source)) }
    }
  }

  private func arrived() {
    let (count, actions) = state.withLock { state in
      state.count += 1
      return (state.count, state.actions)
    }
    // Whoever asks three times does not want to wait for order any more.
    if count >= 3 { _exit(130) }
    for action in actions { action() }
  }

  /// Waits for a task, and cancels it when a signal comes.
  func cancelling<Value: Sendable>(_ task: Task<Value, any Error>) async throws -> Value {
    let wasStopped = state.withLock { state in
      state.actions.append { task.cancel() }
      return state.count > 0
    }
    if wasStopped { task.cancel() }
    return try await task.value
  }

  /// Waits until a signal comes or the server ends.
  func wait(orUntil server: OwnServer) async {
    let task = Task<Void, any Error> { await server.waitForExit() }
    _ = try? await cancelling(task)
  }
}
