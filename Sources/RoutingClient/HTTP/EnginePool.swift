import NIOCore
import NIOHTTP1
import NIOPosix

/// A bounded pool of kept-alive connections to one engine, on one event loop.
final class EnginePool: Sendable {
  private let loop: any EventLoop
  private let core: NIOLoopBoundBox<PoolCore?>

  /// A pool that connects when it is first used.
  /// - Parameters:
  ///   - url: where the engine is.
  ///   - connections: most connections at once.
  ///   - waiting: most requests that wait for one; more fail at once.
  init(url: EngineURL, connections: Int, waiting: Int) {
    loop = MultiThreadedEventLoopGroup.singleton.next()
    core = NIOLoopBoundBox.makeEmptyBox(eventLoop: loop)
    let (loop, core) = (loop, core)
    loop.execute {
      core.value = PoolCore(url: url, connections: connections, waiting: waiting, loop: loop)
    }
  }

  /// Sends a request and waits for the answer, however bad it is.
  func send(_ request: EngineRequest, deadline: NIODeadline) async throws(RoutingError) -> EngineReply {
    let promise = loop.makePromise(of: EngineReply.self)
    loop.execute { [core, loop] in
      let exchange = EngineExchange(request, promise: promise, deadline: deadline, on: loop)
      if let core = core.value { core.run(exchange) } else { exchange.finish(.failure(RoutingError(.closed))) }
    }
    do {
      return try await promise.futureResult.get()
    } catch {
      throw error as? RoutingError ?? RoutingError(.connectionLost)
    }
  }

  /// Closes every connection; what waits fails.
  func close() {
    loop.execute { [core] in core.value?.close() }
  }
}

/// The state of a pool; lives on its event loop.
private final class PoolCore {
  private let url: EngineURL
  private let mostConnections: Int
  private let mostWaiting: Int
  private let loop: any EventLoop
  private var idle: [EngineConnection] = []
  /// Connections that are there or being made.
  private var open = 0
  private var waiting: CircularBuffer<EngineExchange> = []
  private var isClosed = false

  static let connectTimeout = TimeAmount.seconds(2)

  init(url: EngineURL, connections: Int, waiting: Int, loop: any EventLoop) {
    self.url = url
    mostConnections = connections
    mostWaiting = waiting
    self.loop = loop
  }

  func run(_ exchange: EngineExchange) {
    guard !exchange.isDone else { return }
    guard !isClosed else { return exchange.finish(.failure(RoutingError(.closed))) }
    while let connection = idle.popLast() {
      if connection.isIdle { return connection.begin(exchange, host: url.authority) }
      connection.close()
    }
    if open < mostConnections {
      connect(for: exchange)
    } else if waiting.count < mostWaiting {
      waiting.append(exchange)
    } else {
      exchange.finish(.failure(RoutingError(.overloaded)))
    }
  }

  func close() {
    isClosed = true
    while let exchange = waiting.popFirst() { exchange.finish(.failure(RoutingError(.closed))) }
    for connection in idle { connection.close() }
    idle = []
  }

  private func connect(for exchange: EngineExchange) {
    open += 1
    let future = ClientBootstrap(group: loop)
      .connectTimeout(Self.connectTimeout)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(EngineConnection())
        }
      }
      .connect(host: url.host, port: url.port)
    // The bootstrap connects on our loop, so the channel's handlers are ours to touch.
    future.hop(to: loop).assumeIsolated().whenComplete { result in
      guard case .success(let channel) = result,
        let connection = try? channel.pipeline.syncOperations.handler(type: EngineConnection.self), channel.isActive
      else {
        self.open -= 1
        exchange.finish(.failure(RoutingError(.unreachable)))
        return self.serveWaiting()
      }
      connection.onEnd = { [weak self] in self?.ended($0, $1, $2) }
      connection.onClose = { [weak self] in self?.closed($0) }
      if exchange.isDone || self.isClosed {
        exchange.finish(.failure(RoutingError(.closed)))
        self.keep(connection)
      } else {
        connection.begin(exchange, host: self.url.authority)
      }
    }
  }

  private func ended(
    _ connection: EngineConnection, _ exchange: EngineExchange, _ result: Result<EngineReply, RoutingError>
  ) {
    // An engine may close a kept-alive connection at the moment at which it is used again; questions can be asked twice.
    if case .failure(let error) = result, error.code == .connectionLost, connection.wasUsedBefore,
      !connection.hasAnswerBegun, exchange.attempts < 2
    {
      run(exchange)
    } else {
      exchange.finish(result)
    }
    keep(connection)
  }

  private func keep(_ connection: EngineConnection) {
    guard connection.isIdle, !isClosed else { return connection.close() }
    idle.append(connection)
    serveWaiting()
  }

  private func closed(_ connection: EngineConnection) {
    open -= 1
    idle.removeAll { $0 === connection }
    serveWaiting()
  }

  private func serveWaiting() {
    while !waiting.isEmpty, !idle.isEmpty || open < mostConnections {
      if let exchange = waiting.popFirst() { run(exchange) }
    }
  }
}
