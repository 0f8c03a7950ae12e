public import CoreMetrics
import FunctionKit
import Glibc
public import Logging
public import NIOCore
public import NIOPosix
public import ServiceLifecycle
import Synchronization

/// The one HTTP server of the process: every http trigger's routes and those registered in code.
public final class HTTPServer: Service {
  private struct State {
    var router = HTTPRouter()
    var eventRoutes: [String: EventRoute] = [:]
    var isStarted = false
    var channel: (any Channel)?
    var acceptor: SharedAcceptor?
    var loops: [HTTPLoop] = []
    var shared: HTTPServerState?
    var address: HTTPServerConfiguration.Address?
    var idleGrace = Duration.zero
  }

  /// Where the server listens and what it puts up with.
  public let configuration: HTTPServerConfiguration
  private let logger: Logger
  private let metrics: any MetricsFactory
  private let group: any EventLoopGroup
  private let staticPool: WorkerPool
  private let state = Mutex(State())

  /// Creates a server that does not listen yet.
  /// - Parameters:
  ///   - configuration: where it listens and what it puts up with.
  ///   - logger: where it reports.
  ///   - metrics: what it counts with.
  ///   - eventLoopGroup: what runs the connections; the process's own by default.
  public init(
    configuration: HTTPServerConfiguration = HTTPServerConfiguration(), logger: Logger,
    metrics: any MetricsFactory = MetricsSystem.factory,
    eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) {
    self.configuration = configuration
    self.logger = logger
    self.metrics = metrics
    group = eventLoopGroup
    staticPool = WorkerPool(
      limits: .init(numWorkers: max(1, configuration.staticRouteWorkers), waitLimit: .seconds(5), queueLimit: 1_024),
      eventLoop: eventLoopGroup.any(),
      metrics: WorkerPoolMetrics(function: "runtime", trigger: "routes", factory: metrics))
  }

  /// The address that the server listens on, with the port it got; nil before it listens.
  public var boundAddress: HTTPServerConfiguration.Address? {
    state.withLock { $0.address }
  }

  /// The port that the server listens on; nil before it listens and on a Unix socket.
  public var boundPort: Int? {
    if case .tcp(_, let port)? = boundAddress { port } else { nil }
  }

  /// How many connections are open.
  public var connectionCount: Int { state.withLock { $0.shared?.connectionCount ?? 0 } }

  /// How many event streams are open.
  public var openStreamCount: Int { state.withLock { $0.shared?.streamCount ?? 0 } }

  // MARK: Routes

  /// Registers a route in code; before the server starts.
  /// - Parameters:
  ///   - method: the method, upper case.
  ///   - path: the path, with placeholders in braces.
  ///   - maxBodyBytes: the largest body; nil is the configuration's.
  ///   - handler: answers the requests.
  /// - Throws: `SetupError` where the path is malformed or taken.
  public func route(
    _ method: String, _ path: String, maxBodyBytes: Int? = nil, handler: @escaping RouteHandler
  ) throws {
    let template = try HTTPPathTemplate(path)
    let route = HTTPRoute(
      method: method, path: template, maxBodyBytes: maxBodyBytes ?? configuration.maxBodyBytes, timeout: .seconds(20),
      target: StaticRouteTarget(handler: handler, logger: logger), pool: staticPool, origin: "the server itself",
      isCounted: false, metrics: metrics)
    try add(route, path: template)
  }

  /// Registers a route.
  /// - Throws: `SetupError` where its path is taken.
  func add(_ route: HTTPRoute, path: HTTPPathTemplate) throws {
    try state.withLock { state in
      precondition(!state.isStarted, "routes are registered before the server starts")
      try state.router.add(route, path: path)
    }
  }

  /// Lets a function have the events that come to a path, beside others that are there.
  /// - Throws: `SetupError` where the path is malformed.
  func subscribe(_ subscription: EventSubscription, path: String) throws {
    let template = try HTTPPathTemplate(path)
    state.withLock { state in
      precondition(!state.isStarted, "routes are registered before the server starts")
      state.eventRoutes[path, default: EventRoute(path: template)].subscriptions.append(subscription)
    }
  }

  /// Makes routes of the paths that take events.
  private func addEventRoutes() throws {
    let routes = state.withLock { state in
      defer { state.eventRoutes = [:] }
      return state.eventRoutes.values.sorted { $0.path.text < $1.path.text }
    }
    for route in routes {
      try add(route.makeRoute(configuration, eventLoop: group.any(), metrics: metrics), path: route.path)
      guard let policy = configuration.webhook else { continue }
      let handshake = HTTPRoute(
        method: "OPTIONS", path: route.path, maxBodyBytes: 0, timeout: .seconds(5),
        target: WebhookHandshakeTarget(policy: policy), pool: staticPool, origin: "the server itself",
        isCounted: false, metrics: metrics)
      try add(handshake, path: route.path)
    }
  }

  /// Why the server can take no more requests at present; nil where it can.
  var trouble: String? {
    guard let shared = state.withLock({ $0.shared }), shared.requestCount >= configuration.maxInFlight else {
      return nil
    }
    return "as many requests are at work as this server allows"
  }

  /// How many requests to functions are at work or wait.
  public var inFlightCount: Int { state.withLock { $0.shared?.requestCount ?? 0 } }

  // MARK: Life

  /// Listens until the service group shuts down gracefully, then drains.
  /// - Throws: where the address cannot be bound.
  public func run() async throws {
    try await start()
    // Also returns where the task is cancelled.
    try? await gracefulShutdown()
    await shutdown()
  }

  /// Begins to listen.
  /// - Throws: where the address cannot be bound.
  func start() async throws {
    try addEventRoutes()
    let shared = state.withLock { state in
      precondition(!state.isStarted, "a server starts once")
      state.isStarted = true
      return HTTPServerState(
        configuration: configuration, router: state.router, logger: logger, metrics: metrics)
    }
    let loops = group.makeIterator().map { HTTPLoop(eventLoop: $0, shared: shared) }
    let loopsByID = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
    state.withLock { state in
      state.loops = loops
      state.shared = shared
    }
    let initialize: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
      channel.eventLoop.makeCompletedFuture {
        guard let loop = loopsByID[ObjectIdentifier(channel.eventLoop)], shared.takeConnection() else {
          try channel.pipeline.syncOperations.addHandler(HTTPOverloadHandler(shared: shared))
          return
        }
        try channel.pipeline.syncOperations.addHandler(HTTPConnection(loop: loop, shared: shared))
      }
    }
    if let listener = configuration.listeningSocket {
      let acceptor = try accept(from: listener, shared, initialize)
      state.withLock { state in
        state.acceptor = acceptor
        state.address = configuration.address
      }
      logger.info("listening", metadata: ["address": .stringConvertible(configuration.address)])
      return
    }
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: CInt(clamping: configuration.backlog))
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer(initialize)
    let channel: any Channel
    switch configuration.address {
    case .tcp(let host, let port):
      channel = try await bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .bind(host: host, port: port).get()
    case .unix(let path):
      channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    }
    let address: HTTPServerConfiguration.Address =
      switch configuration.address {
      case .tcp(let host, let port): .tcp(host: host, port: channel.localAddress?.port ?? port)
      case .unix(let path): .unix(path: path)
      }
    state.withLock { state in
      state.channel = channel
      state.address = address
    }
    logger.info("listening", metadata: ["address": .stringConvertible(address)])
  }

  /// Takes connections from a socket that others listen on, too.
  private func accept(
    from listener: Int32, _ shared: HTTPServerState,
    _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
  ) throws -> SharedAcceptor {
    let (group, logger) = (group, logger)
    return try SharedAcceptor(listener, logger: logger) { connection in
      shared.willOpen()
      ClientBootstrap(group: group.next())
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelInitializer(initialize)
        .withConnectedSocket(connection)
        .whenComplete { result in
          shared.didOpen()
          guard case .failure(let error) = result else { return }
          logger.debug("a connection failed", metadata: ["error": .string(String(describing: error))])
        }
    }
  }

  /// How long idle connections stay open at shutdown, so that their next request is answered, with `connection: close`, rather than
  /// lost on its way. Zero closes them at once.
  ///
  /// For a server that others go on for, behind the same socket.
  public func keepIdleConnections(for grace: Duration) {
    state.withLock { $0.idleGrace = grace }
  }

  /// Stops listening, ends the streams, closes what is idle, waits for the rest to be answered, and closes what was not.
  func shutdown() async {
    let (channel, acceptor, loops) = state.withLock { ($0.channel.take(), $0.acceptor.take(), $0.loops) }
    let (shared, grace) = state.withLock { ($0.shared, $0.idleGrace) }
    guard channel != nil || acceptor != nil, let shared else { return }
    try? await channel?.close().get()
    if let acceptor {
      await acceptor.stop()
      // The others keep theirs.
      configuration.listeningSocket.map { _ = close($0) }
    } else if case .unix(let path) = configuration.address {
      SocketFile.remove(path)
    }
    for loop in loops { loop.eventLoop.execute { loop.drain(keepsIdle: grace > .zero) } }
    let graceEnd = ContinuousClock.now + grace
    let end = graceEnd + configuration.drainTimeout
    var keepsIdle = grace > .zero
    while !shared.isDeserted, ContinuousClock.now < end {
      if keepsIdle, ContinuousClock.now >= graceEnd {
        keepsIdle = false
        for loop in loops { loop.eventLoop.execute { loop.drain() } }
      }
      do { try await Task.sleep(for: .milliseconds(2)) } catch { break }
    }
    for loop in loops { loop.eventLoop.execute { loop.closeAll() } }
    await staticPool.drain(timeout: .seconds(1))
  }
}
