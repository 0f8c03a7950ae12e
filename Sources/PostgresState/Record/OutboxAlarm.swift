internal import DispatchState
internal import PostgresClient
internal import Synchronization

/// Wakes publishers when there may be something in the outbox: those of this process at once, those of others with
/// `NOTIFY`.
///
/// The notification is a statement of its own after the commit, not part of it: a transaction that notifies holds a lock of
/// the whole database until its commit is on disk, so all commits wait for each other (with 16 callers and `fsync` 1,000 a
/// second instead of 12,000). At most one is under way; commits meanwhile share the next one. Whatever is lost here is
/// found by the periodic look.
final class OutboxAlarm: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextListener = 0
    var isNotifying = false
    var mustNotifyAgain = false
  }

  /// The channel on which instances tell each other of commits.
  static let channel = "cabstand_outbox"
  /// The shortest pause between two notifications. Whoever publishes here was told already; other instances share the work only where this one
  /// does not do it, and under load one statement per commit would cost more than it brings.
  static let pause = Duration.milliseconds(10)
  /// How often publishers look without having been told.
  static let period = Duration.seconds(1)

  private let pool: PostgresPool
  private let state = Mutex(State())

  init(pool: PostgresPool) {
    self.pool = pool
  }

  /// Says that messages were committed, or may have been.
  func ring() {
    let mustNotify = state.withLock { state in
      for listener in state.listeners.values { listener.yield() }
      state.mustNotifyAgain = state.isNotifying
      defer { state.isNotifying = true }
      return !state.isNotifying
    }
    if mustNotify { Task { await notify() } }
  }

  /// An element now, after every ring here or elsewhere, and once per period; ends with the pool.
  func listen() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let key = state.withLock { state in
      state.nextListener += 1
      state.listeners[state.nextListener] = continuation
      return state.nextListener
    }
    let listening = Task { [pool] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in pool.listen(channel: Self.channel) { continuation.yield() }
        }
        group.addTask {
          while (try? await Task.sleep(for: Self.period)) != nil { continuation.yield() }
        }
        await group.next()
        group.cancelAll()
      }
      continuation.finish()
    }
    continuation.onTermination = { [weak self] _ in
      listening.cancel()
      self?.state.withLock { $0.listeners[key] = nil }
    }
    continuation.yield()
    return stream
  }

  private func notify() async {
    while true {
      // Other instances look by themselves before long, so a failure needs no answer.
      _ = try? await pool.notify(channel: Self.channel)
      let isDone = state.withLock { state in
        let isDone = !state.mustNotifyAgain
        state.isNotifying = !isDone
        state.mustNotifyAgain = false
        return isDone
      }
      if isDone { return }
      try? await Task.sleep(for: Self.pause)
    }
  }
}
