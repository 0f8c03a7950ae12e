import NIOCore
import Synchronization

/// The subscriptions of a client, so that closing it ends them.
final class SubscriptionList: Sendable {
  /// Tells a subscription's channel that the client closes.
  struct Closing: Sendable {}

  private struct State {
    /// Subscriptions made or being made.
    var count = 0
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())
  private let limit: Int
  private let group: any EventLoopGroup

  /// - Parameters:
  ///   - limit: how many there may be
  ///   - group: runs their channels
  init(limit: Int, group: any EventLoopGroup) {
    self.limit = limit
    self.group = group
  }

  /// Connects, logs in and subscribes.
  func open(
    _ channels: [String], at endpoint: RedisConfiguration.Endpoint, configuration: RedisConfiguration,
    bufferLimit: Int
  ) async throws(RedisError) -> RedisSubscription {
    try reserve()
    let (stream, messages) = AsyncThrowingStream.makeStream(
      of: RedisMessage.self, bufferingPolicy: .bufferingOldest(bufferLimit))
    let eventLoop = group.next()
    let subscribed = eventLoop.makePromise(of: Void.self)
    var isConnected = false
    do {
      let channel = try await endpoint.connect(on: eventLoop, timeout: configuration.connectTimeout) { channel in
        let handler = SubscriptionHandler(
          channels: channels, configuration: configuration, messages: messages, subscribed: subscribed)
        try channel.pipeline.syncOperations.addHandler(handler)
      }.get()
      add(channel)
      isConnected = true
      messages.onTermination = { _ in channel.close(promise: nil) }
      let timeout = eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) { channel.close(promise: nil) }
      defer { timeout.cancel() }
      try await withTaskCancellationHandler {
        try await subscribed.futureResult.get()
      } onCancel: {
        channel.close(promise: nil)
      }
      return RedisSubscription(stream: stream)
    } catch {
      let failure = error as? RedisError ?? RedisError(.connectFailed, "\(error)")
      if !isConnected {
        subscribed.fail(failure)
        release()
      }
      throw Task.isCancelled ? RedisError(.cancelled) : failure
    }
  }

  private func reserve() throws(RedisError) {
    let refusal: RedisError? = state.withLock { state in
      if state.isClosed { return RedisError(.closed) }
      if state.count >= limit { return RedisError(.overloaded, "too many subscriptions") }
      state.count += 1
      return nil
    }
    if let refusal { throw refusal }
  }

  private func release() { state.withLock { $0.count -= 1 } }

  private func add(_ channel: any Channel) {
    let isClosed = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = channel
      return state.isClosed
    }
    channel.closeFuture.whenComplete { _ in
      self.state.withLock { state in
        if state.channels.removeValue(forKey: ObjectIdentifier(channel)) != nil { state.count -= 1 }
      }
    }
    if isClosed { channel.close(promise: nil) }
  }

  /// Ends every subscription and allows no more.
  func close() {
    let channels = state.withLock { state in
      state.isClosed = true
      return Array(state.channels.values)
    }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(Closing()) }
  }
}
