import DispatchCore
import DispatchState
import FunctionKit
import Logging
import RedisState
import ServiceLifecycle

/// Publishes what was committed to the outbox: to the stream of rides, at least once, in order; one instance at a time.
struct OutboxRelay: Service {
  /// How many messages go out at once.
  static let batchSize = 500
  /// How long the right to publish holds, in real time: longer than a batch takes, shorter than anyone wants to wait for a dead instance.
  static let leaseDuration = Duration.milliseconds(1_500)

  let stores: StoreSet
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          for await _ in try await stores.record.wakeups() { await drainKeepingOn() }
        } catch {
          logger.warning("the outbox cannot be listened to", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
    // What was committed by the last requests still goes out.
    await drainKeepingOn()
  }

  private func drainKeepingOn() async {
    do {
      try await drain()
    } catch {
      logger.warning("messages wait in the outbox", metadata: ["error": "\(error)"])
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private func drain() async throws {
    guard let lease = try await stores.leases.acquire("outbox-relay", for: Self.leaseDuration) else { return }
    let end = ContinuousClock.now + Self.leaseDuration / 2
    do {
      while ContinuousClock.now < end {
        let messages = try await stores.record.unpublished(limit: Self.batchSize)
        guard !messages.isEmpty else { break }
        try await publish(messages)
      }
    } catch {
      try? await stores.leases.release(lease)
      throw error
    }
    try await stores.leases.release(lease)
  }

  private func publish(_ messages: [SequencedMessage]) async throws {
    try await stores.publisher.publish(messages.map { OutboxEvent.event($0) }, to: TopicName.rides.description)
    try await stores.record.markPublished(messages.map(\.sequence))
    if !stores.hasFeedTail {
      for message in messages { stores.hub.deliver(message) }
    }
  }
}
