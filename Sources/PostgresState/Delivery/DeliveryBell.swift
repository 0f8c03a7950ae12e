internal import PostgresClient
internal import Synchronization

/// Wakes whoever waits for deliveries when a channel is notified. What is missed here is found by the next look at the table.
final class DeliveryBell: Sendable {
  private struct State {
    var generation: UInt64 = 0
    var isListening = false
    var next: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var ended: Set<UInt64> = []
  }

  private let pool: PostgresPool
  private let channel: String
  private let state = Mutex(State())

  init(pool: PostgresPool, channel: String) {
    self.pool = pool
    self.channel = channel
  }

  /// Changes with every ring; read it before looking at the table.
  var generation: UInt64 {
    let (generation, isFirst) = state.withLock { state in
      defer { state.isListening = true }
      return (state.generation, !state.isListening)
    }
    if isFirst { listen() }
    return generation
  }

  /// Wakes everybody who waits.
  func ring() {
    let waiters = state.withLock { state in
      state.generation &+= 1
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter.resume() }
  }

  /// Waits for the first ring after a generation was read, or for a while.
  func wait(after generation: UInt64, atMost limit: Duration) async {
    let key = state.withLock { state in
      state.next += 1
      return state.next
    }
    let timer = Task {
      guard (try? await Task.sleep(for: limit)) != nil else { return }
      self.end(key)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let waits = state.withLock { state in
          guard state.generation == generation, state.ended.remove(key) == nil else { return false }
          state.waiters[key] = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      end(key)
    }
    timer.cancel()
    await timer.value
    _ = state.withLock { $0.ended.remove(key) }
  }

  private func end(_ key: UInt64) {
    let waiter = state.withLock { state in
      let waiter = state.waiters.removeValue(forKey: key)
      if waiter == nil { state.ended.insert(key) }
      return waiter
    }
    waiter?.resume()
  }

  /// Rings for every notification until the pool is shut down.
  private func listen() {
    let notifications = pool.listen(channel: channel)
    Task { [weak self] in
      for await _ in notifications { self?.ring() }
      self?.state.withLock { $0.isListening = false }
    }
  }
}
