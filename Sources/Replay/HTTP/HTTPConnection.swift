import NIOCore
import NIOHTTP1

/// One connection to the server: carries one exchange at a time.
///
/// It is only ever touched on its channel's event loop, which is also the executor of the client that owns it; that is
/// what makes the unchecked conformance sound.
final class HTTPConnection: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// Who waits for what comes in.
  private enum Exchange {
    case reply((Result<HTTPReply, HTTPFailure>) -> Void)
    case stream(onBytes: (ByteBuffer) -> Void, onEnd: (Result<HTTPReply, HTTPFailure>) -> Void)
  }

  private static let bodyLimit = 64 << 20

  private var context: ChannelHandlerContext?
  private var exchange: Exchange?
  private var status = 0
  private var retryAfter: Int?
  private var keepAlive = true
  private var body = ByteBuffer()
  private var timer: Scheduled<Void>?
  /// Called when the connection ends.
  var onClose: (() -> Void)?
  /// How many exchanges it carried.
  private(set) var exchanges = 0
  private(set) var isOpen = false

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    isOpen = context.channel.isActive
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    end(.lost)
  }

  func channelActive(context: ChannelHandlerContext) {
    isOpen = true
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isOpen = false
    end(.lost)
    onClose?()
    onClose = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError {
      end(.malformed)
    }
    close()
  }

  /// Whether another exchange can start.
  var isIdle: Bool { isOpen && exchange == nil && keepAlive }

  func close() {
    context?.close(promise: nil)
  }

  /// Sends a request and waits for the whole answer.
  func send(_ call: HTTPCall, host: String, done: @escaping (Result<HTTPReply, HTTPFailure>) -> Void) {
    start(.reply(done), call, host: host)
  }

  /// Sends a request whose answer goes on for ever.
  func stream(
    _ call: HTTPCall, host: String, onBytes: @escaping (ByteBuffer) -> Void,
    onEnd: @escaping (Result<HTTPReply, HTTPFailure>) -> Void
  ) {
    start(.stream(onBytes: onBytes, onEnd: onEnd), call, host: host)
  }

  private func start(_ exchange: Exchange, _ call: HTTPCall, host: String) {
    guard let context, isIdle else {
      switch exchange {
      case .reply(let done): done(.failure(.lost))
      case .stream(_, let done): done(.failure(.lost))
      }
      return
    }
    self.exchange = exchange
    exchanges += 1
    status = 0
    retryAfter = nil
    body.clear()
    var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: call.verb.rawValue), uri: call.path)
    head.headers.add(name: "host", value: host)
    for (name, value) in call.headers { head.headers.add(name: name, value: value) }
    if let payload = call.body {
      head.headers.add(name: "content-type", value: "application/json")
      head.headers.add(name: "content-length", value: String(payload.readableBytes))
    }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if let payload = call.body { context.write(wrapOutboundOut(.body(.byteBuffer(payload))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    timer = context.eventLoop.scheduleTask(in: call.deadline) { self.expire() }
  }

  private func expire() {
    end(.timedOut)
    close()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      status = Int(head.status.code)
      keepAlive = head.isKeepAlive
      retryAfter = head.headers.first(name: "retry-after").flatMap { Int($0) }
      if case .stream = exchange, status == 200 {
        // A stream may be silent for long; whoever reads it watches over it.
        timer?.cancel()
        timer = nil
      }
    case .body(var bytes):
      if case .stream(let onBytes, _) = exchange, status == 200 {
        onBytes(bytes)
      } else {
        guard body.readableBytes + bytes.readableBytes <= Self.bodyLimit else {
          end(.malformed)
          close()
          return
        }
        if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
      }
    case .end:
      guard let exchange = take() else { return }
      let reply = HTTPReply(status: status, retryAfterSeconds: retryAfter, body: body)
      body = ByteBuffer()
      if !keepAlive { close() }
      switch exchange {
      case .reply(let done): done(.success(reply))
      case .stream(_, let done): done(.success(reply))
      }
    }
  }

  private func end(_ failure: HTTPFailure) {
    keepAlive = false
    switch take() {
    case .reply(let done): done(.failure(failure))
    case .stream(_, let done): done(.failure(failure))
    case nil: break
    }
  }

  private func take() -> Exchange? {
    timer?.cancel()
    timer = nil
    let taken = exchange
    exchange = nil
    return taken
  }
}
