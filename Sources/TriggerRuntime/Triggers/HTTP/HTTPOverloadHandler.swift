import FunctionKit
import NIOCore

/// Answers 503 on a connection too many and closes it.
final class HTTPOverloadHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let shared: HTTPServerState

  init(shared: HTTPServerState) {
    self.shared = shared
  }

  func channelActive(context: ChannelHandlerContext) {
    shared.countRefusal(status: 503)
    var problem = ProblemDocument(
      status: 503, code: "tooManyConnections", detail: "as many connections are open as this server allows")
    problem.headers = [("retry-after", "1")]
    let response = problem.response()
    var date = HTTPDate()
    var buffer = context.channel.allocator.buffer(capacity: 512)
    guard case .bytes(let body) = response.body else { return }
    HTTPResponseWriter.writeHead(
      of: response, length: .bytes(body.count), connection: .close, date: date.text(), to: &buffer)
    buffer.writeBytes(body)
    let promise = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    let channel = context.channel
    promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
