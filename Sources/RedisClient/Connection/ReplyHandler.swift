import NIOCore

/// The end of a channel's pipeline: bytes in, replies out to the connection's loop.
final class ReplyHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let loop: ConnectionLoop
  private let reader = ReplyReader()
  private var cause: RedisError?

  init(loop: ConnectionLoop) { self.loop = loop }

  func channelActive(context: ChannelHandlerContext) { loop.channelOpened(context.channel) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard cause == nil else { return }
    let buffer = unwrapInboundIn(data)
    // Also after a broken reply: those before it are good.
    defer { loop.finishedReading() }
    do throws(RedisError) {
      try buffer.withUnsafeReadableBytes { bytes throws(RedisError) in
        try reader.feed(bytes) { loop.received($0) }
      }
    } catch {
      fail(error, context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    loop.channelClosed(cause ?? RedisError(.connectionLost, "the connection was closed", mayHaveExecuted: true))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(RedisError(.connectionLost, "\(error)", mayHaveExecuted: true), context)
  }

  private func fail(_ error: RedisError, _ context: ChannelHandlerContext) {
    if cause == nil { cause = error }
    context.close(promise: nil)
  }
}
