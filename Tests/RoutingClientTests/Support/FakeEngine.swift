import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on loopback that behaves as badly as it is told.
final class FakeEngine: Sendable {
  /// What it does with a request.
  enum Behaviour: Sendable {
    /// Answers and keeps the connection.
    case answer(Int, String)
    /// Answers as if it kept the connection, then closes it.
    case answerThenClose(Int, String)
    /// Sends bytes as they are.
    case raw(String)
    /// Sends bytes as they are, then closes.
    case rawThenClose(String)
    /// Closes without a word.
    case close
    /// Never answers.
    case silence
  }

  /// A request as it came in.
  struct Request: Sendable {
    /// From 1.
    var number: Int
    var method: String
    var path: String
    var body: String
  }

  let port: Int
  private let channel: any Channel
  private let seen = Mutex<(requests: [Request], connections: Int)>(([], 0))
  private let behaviour: @Sendable (Request) -> Behaviour

  /// Listens on a free port.
  static func start(_ behaviour: @escaping @Sendable (Request) -> Behaviour) async throws -> FakeEngine {
    let box = Mutex<FakeEngine?>(nil)
    let holder = Holder(box)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
          try channel.pipeline.syncOperations.addHandler(Handler(holder))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let engine = FakeEngine(channel, behaviour)
    holder.engine.withLock { $0 = engine }
    return engine
  }

  private init(_ channel: any Channel, _ behaviour: @escaping @Sendable (Request) -> Behaviour) {
    self.channel = channel
    port = channel.localAddress?.port ?? 0
    self.behaviour = behaviour
  }

  var requests: [Request] { seen.withLock { $0.requests } }
  var connections: Int { seen.withLock { $0.connections } }

  func stop() async { try? await channel.close() }

  private final class Holder: Sendable {
    let engine: Mutex<FakeEngine?>
    init(_ engine: consuming Mutex<FakeEngine?>) { self.engine = engine }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let holder: Holder
    private var head: HTTPRequestHead?
    private var body = ""

    init(_ holder: Holder) { self.holder = holder }

    private var engine: FakeEngine? { holder.engine.withLock { $0 } }

    func channelActive(context: ChannelHandlerContext) {
      engine?.seen.withLock { $0.connections += 1 }
      context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body = ""
      case .body(let bytes): body += String(buffer: bytes)
      case .end: act(context)
      }
    }

    private func act(_ context: ChannelHandlerContext) {
      guard let engine, let head else { return }
      let request = engine.seen.withLock { seen in
        let request = Request(
          number: seen.requests.count + 1, method: head.method.rawValue, path: head.uri, body: body)
        seen.requests.append(request)
        return request
      }
      switch engine.behaviour(request) {
      case .answer(let status, let text): write(Self.reply(status, text), context)
      case .answerThenClose(let status, let text): write(Self.reply(status, text), context, closes: true)
      case .raw(let text): write(text, context)
      case .rawThenClose(let text): write(text, context, closes: true)
      case .close: context.close(promise: nil)
      case .silence: break
      }
    }

    private static func reply(_ status: Int, _ text: String) -> String {
      "HTTP/1.1 \(status) X\r\ncontent-type: application/json\r\ncontent-length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    private func write(_ text: String, _ context: ChannelHandlerContext, closes: Bool = false) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
      if closes { context.close(promise: nil) }
    }
  }
}
