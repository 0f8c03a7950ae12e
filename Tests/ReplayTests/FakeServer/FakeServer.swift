import FunctionKit
import NIOCore
import NIOHTTP1
import NIOPosix
import Replay
import Synchronization

/// A tiny server with just enough of the HTTP interface to play a city against, and with faults on demand.
///
/// The city's state outlives `stop()`, as a database outlives its server.
final class FakeServer: Sendable {
  let path: String
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let loop: any EventLoop
  /// Touched on `loop` only.
  private let city: NIOLoopBound<FakeCity>
  private let listener = Mutex<(any Channel)?>(nil)

  init(isClockAdjustable: Bool = true) async throws {
    loop = group.next()
    path = "/tmp/cabstand-replay-\(UInt64.random(in: 0 ... .max)).sock"
    let loop = loop
    city = try await loop.submit {
      NIOLoopBound(FakeCity(loop: loop, isClockAdjustable: isClockAdjustable), eventLoop: loop)
    }
    .get()
    try await start()
  }

  var address: ServerAddress { .unix(path: path) }

  func start() async throws {
    let city = city
    let channel = try await ServerBootstrap(group: loop)
      .serverChannelOption(.backlog, value: 2_048)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
          try channel.pipeline.syncOperations.addHandler(FakeConnection(city: city.value))
        }
      }
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    listener.withLock { $0 = channel }
  }

  /// Goes away as if killed: the listener and every connection close, the state stays.
  func stop() async throws {
    let channel = listener.withLock { listener in
      defer { listener = nil }
      return listener
    }
    try await channel?.close()
    try await drop()
  }

  /// Closes every connection.
  func drop() async throws {
    try await with { $0.closeAll() }
  }

  func shutdown() async throws {
    try await stop()
    try await with { $0.end() }
    try await group.shutdownGracefully()
  }

  /// Looks at the state, or changes it.
  func with<Value: Sendable>(_ body: @escaping @Sendable (FakeCity) -> Value) async throws -> Value {
    let city = city
    return try await loop.submit { body(city.value) }.get()
  }
}

/// One connection: hands whole requests to the city.
final class FakeConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let city: FakeCity
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var context: ChannelHandlerContext?
  private(set) var isStream = false

  init(city: FakeCity) {
    self.city = city
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    city.connections[ObjectIdentifier(self)] = self
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    city.connections[ObjectIdentifier(self)] = nil
    city.forget(self)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = ByteBuffer()
    case .body(var part): body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      city.answer(head, body, on: self)
    }
  }

  func reply(_ status: Int, _ body: ByteBuffer) {
    guard let context else { return }
    var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status))
    head.headers.add(name: "content-length", value: String(body.readableBytes))
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func beginStream() {
    guard let context else { return }
    isStream = true
    var head = HTTPResponseHead(version: .http1_1, status: .ok)
    head.headers.add(name: "content-type", value: "text/event-stream")
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
  }

  func event(_ name: String, id: Int, _ data: ByteBuffer) {
    guard let context else { return }
    var buffer = ByteBuffer(string: "id: \(id)\nevent: \(name)\ndata: ")
    var data = data
    buffer.writeBuffer(&data)
    buffer.writeString("\n\n")
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
  }

  func endStream() {
    guard let context else { return }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func close() { context?.close(promise: nil) }
}
