import Synchronization

/// Tells a loop to stop waiting, without cancelling what it has begun.
final class StopSignal: Sendable {
  private struct State {
    var isStopped = false
    var next = 0
    var waits: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  /// Whether the loop was told to stop.
  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Tells the loop to stop; waits end with a `CancellationError`.
  func stop() {
    let waits = state.withLock { state in
      state.isStopped = true
      defer { state.waits = [:] }
      return state.waits
    }
    for cancel in waits.values { cancel() }
  }

  /// Cuts the present waits short without telling the loop to stop.
  func interrupt() {
    let waits = state.withLock { state in
      defer { state.waits = [:] }
      return state.waits
    }
    for cancel in waits.values { cancel() }
  }

  /// Waits for something that the signal, or the caller's cancellation, cuts short.
  /// - Parameter operation: what to wait for; it must heed its cancellation.
  func wait<T: Sendable>(_ operation: @escaping @Sendable () async throws -> T) async throws -> T {
    let task = Task { try await operation() }
    let key = state.withLock { state -> Int? in
      guard !state.isStopped else { return nil }
      state.next += 1
      state.waits[state.next] = { task.cancel() }
      return state.next
    }
    defer {
      if let key { state.withLock { _ = $0.waits.removeValue(forKey: key) } }
    }
    if key == nil { task.cancel() }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
