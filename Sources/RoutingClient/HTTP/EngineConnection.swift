import NIOCore
import NIOHTTP1

/// One kept-alive connection to an engine: carries one exchange at a time. Lives on the event loop of its channel.
final class EngineConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// A longer answer is none of ours, in bytes.
  static let longestAnswer = 8 << 20

  private var context: ChannelHandlerContext?
  private var exchange: EngineExchange?
  private var status = 0
  private var body = ByteBuffer()
  private var keepsAlive = true
  private var isOpen = true
  /// Exchanges that were begun.
  private var begun = 0
  /// Told when an exchange is over, with what came of it.
  var onEnd: ((EngineConnection, EngineExchange, Result<EngineReply, RoutingError>) -> Void)?
  /// Told when the connection is gone.
  var onClose: ((EngineConnection) -> Void)?

  /// Whether another exchange can begin.
  var isIdle: Bool { isOpen && keepsAlive && exchange == nil && context != nil }
  /// Whether the exchange under way is not the first one, so that the engine may have closed the connection just before.
  var wasUsedBefore: Bool { begun > 1 }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    isOpen = false
  }

  func channelInactive(context: ChannelHandlerContext) {
    isOpen = false
    end(.failure(RoutingError(.connectionLost)))
    onClose?(self)
    onClose = nil
    onEnd = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    isOpen = false
    // An answer that was cut off is an error to the parser as well.
    let isGarbage = error is HTTPParserError && error as? HTTPParserError != .invalidEOFState
    end(.failure(isGarbage ? RoutingError(.malformedAnswer, "no HTTP") : RoutingError(.connectionLost)))
    close()
  }

  func close() {
    isOpen = false
    context?.close(promise: nil)
  }

  /// Sends a request; the connection must be idle.
  func begin(_ exchange: EngineExchange, host: String) {
    guard let context, isIdle else { return exchange.finish(.failure(RoutingError(.connectionLost))) }
    self.exchange = exchange
    exchange.connection = self
    exchange.attempts += 1
    begun += 1
    status = 0
    body.clear()
    let request = exchange.request
    var head = HTTPRequestHead(version: .http1_1, method: request.body == nil ? .GET : .POST, uri: request.path)
    head.headers.add(name: "host", value: host)
    head.headers.add(name: "accept", value: "application/json")
    if let bytes = request.body {
      head.headers.add(name: "content-type", value: "application/json")
      head.headers.add(name: "content-length", value: String(bytes.count))
    }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if let bytes = request.body {
      context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes)))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // What nobody asked for makes the connection useless.
    guard exchange != nil else { return close() }
    switch unwrapInboundIn(data) {
    case .head(let head):
      status = Int(head.status.code)
      keepsAlive = head.isKeepAlive
    case .body(var bytes):
      guard body.readableBytes + bytes.readableBytes <= Self.longestAnswer else {
        isOpen = false
        end(.failure(RoutingError(.malformedAnswer, "longer than \(Self.longestAnswer) bytes")))
        return close()
      }
      body.writeBuffer(&bytes)
    case .end:
      let reply = EngineReply(status: status, body: Array(body.readableBytesView))
      end(.success(reply))
    }
  }

  private func end(_ result: Result<EngineReply, RoutingError>) {
    guard let exchange else { return }
    self.exchange = nil
    exchange.connection = nil
    onEnd?(self, exchange, result)
  }

  /// Whether anything of the present answer has come.
  var hasAnswerBegun: Bool { status != 0 }
}
