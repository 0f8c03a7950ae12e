internal import FunctionKit
internal import PostgresClient
internal import Synchronization

/// Wakes whoever waits for deliveries when a channel is notified. What is missed here is found by the next look at the table.
final class DeliveryBell: Sendable {
  private let pool: PostgresPool
  private let channel: String
  private let wakeUp = WakeUp()
  private let isListening = Mutex(false)

  init(pool: PostgresPool, channel: String) {
    self.pool = pool
    self.channel = channel
  }

  /// Changes with every ring; read it before looking at the table.
  var generation: UInt64 {
    let isFirst = isListening.withLock { isListening in
      defer { isListening = true }
      return !isListening
    }
    if isFirst { listen() }
    return wakeUp.generation
  }

  /// Wakes everybody who waits.
  func ring() { wakeUp.notify() }

  /// Waits for the first ring after a generation was read, or for a while.
  func wait(after generation: UInt64, atMost limit: Duration) async {
    await wakeUp.wait(after: generation, until: .now + limit)
  }

  /// Rings for every notification until the pool is shut down.
  private func listen() {
    let notifications = pool.listen(channel: channel)
    Task { [weak self] in
      for await _ in notifications { self?.ring() }
      self?.isListening.withLock { $0 = false }
    }
  }
}
