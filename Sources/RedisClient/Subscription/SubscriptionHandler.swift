import NIOCore

/// Logs in, subscribes and passes messages on.
final class SubscriptionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  typealias Continuation = AsyncThrowingStream<RedisMessage, any Error>.Continuation

  private let channels: [String]
  private let greeting: [RedisCommand]
  private let heartbeat: TimeAmount
  private let messages: Continuation
  private let subscribed: EventLoopPromise<Void>
  private let reader = ReplyReader()
  private var missingGreetings: Int
  private var missingChannels: Int
  private var cause: RedisError?
  private var heardSinceHeartbeat = true

  /// - Parameters:
  ///   - channels: what to subscribe to
  ///   - configuration: how to log in, and how long silence is believed
  ///   - messages: gets the messages
  ///   - subscribed: succeeds when the server has confirmed every channel
  init(
    channels: [String], configuration: RedisConfiguration, messages: Continuation, subscribed: EventLoopPromise<Void>
  ) {
    self.channels = channels
    self.messages = messages
    self.subscribed = subscribed
    greeting = Greeting(configuration).commands
    heartbeat = TimeAmount(configuration.silenceLimit)
    missingGreetings = greeting.count
    missingChannels = channels.count
  }

  func channelActive(context: ChannelHandlerContext) {
    var bytes = ByteBuffer()
    greeting.forEach { $0.write(to: &bytes) }
    var subscribe = RedisCommand("SUBSCRIBE")
    subscribe.append(contentsOf: channels)
    subscribe.write(to: &bytes)
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    beat(context)
  }

  /// Asks for a sign of life now and then, because nobody else writes on this connection.
  private func beat(_ context: ChannelHandlerContext) {
    context.eventLoop.assumeIsolated().scheduleTask(in: heartbeat) {
      guard context.channel.isActive else { return }
      guard self.heardSinceHeartbeat else {
        return self.end(RedisError(.connectionLost, "silent"), context)
      }
      self.heardSinceHeartbeat = false
      var bytes = ByteBuffer()
      RedisCommand("PING").write(to: &bytes)
      context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
      self.beat(context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heardSinceHeartbeat = true
    let buffer = unwrapInboundIn(data)
    do throws(RedisError) {
      try buffer.withUnsafeReadableBytes { bytes throws(RedisError) in
        try reader.feed(bytes) { received($0, context) }
      }
    } catch { end(error, context) }
  }

  private func received(_ value: RedisValue, _ context: ChannelHandlerContext) {
    guard cause == nil else { return }
    if case .error(let error) = value {
      return end(RedisError(missingGreetings > 0 ? .authenticationFailed : .server, error.detail), context)
    }
    if missingGreetings > 0 {
      missingGreetings -= 1
      return
    }
    guard case .array(let parts) = value, let kind = try? parts.first?.string() else {
      return end(RedisError(.protocolViolation, "not a message"), context)
    }
    switch kind {
    case "subscribe":
      missingChannels -= 1
      if missingChannels == 0 { subscribed.succeed() }
    case "message":
      guard parts.count == 3, let channel = try? parts[1].string(), let payload = try? parts[2].bytes() else {
        return end(RedisError(.protocolViolation, "not a message"), context)
      }
      if case .dropped = messages.yield(RedisMessage(channel: channel, payload: payload)) {
        end(RedisError(.overloaded, "messages come faster than they are read"), context)
      }
    default: break
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(cause ?? RedisError(.connectionLost, "the connection was closed"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(RedisError(.connectionLost, "\(error)"), context)
  }

  /// The client closes: the messages end without error.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is SubscriptionList.Closing else { return context.fireUserInboundEventTriggered(event) }
    messages.finish()
    end(RedisError(.closed), context)
  }

  private func end(_ error: RedisError, _ context: ChannelHandlerContext) {
    if cause == nil { cause = error }
    context.close(promise: nil)
  }

  private func finish(_ error: RedisError) {
    subscribed.fail(error)
    messages.finish(throwing: error)
  }
}
