package import NIOCore
import NIOHTTP1
import NIOPosix

/// A lean HTTP/1.1 client: a bounded pool of kept-alive connections and any number of event streams, all on one event
/// loop, on which this actor (and whoever shares its executor) runs too, so that nothing hops between threads.
package actor HTTPClient {
  /// How the client behaves.
  package struct Configuration: Sendable {
    /// Where the server listens.
    package var address: ServerAddress
    /// Most connections for requests; streams come on top.
    package var maximumConnections: Int
    /// Most requests waiting for a connection; more fail at once with `overloaded`.
    package var maximumWaiting: Int
    /// How long making a connection may take.
    package var connectTimeout: TimeAmount

    /// Creates a configuration.
    package init(
      address: ServerAddress, maximumConnections: Int = 32, maximumWaiting: Int = 20_000,
      connectTimeout: TimeAmount = .seconds(3)
    ) {
      self.address = address
      self.maximumConnections = max(maximumConnections, 1)
      self.maximumWaiting = maximumWaiting
      self.connectTimeout = connectTimeout
    }
  }

  /// The event loop on which everything of this client happens.
  package nonisolated let loop: any EventLoop
  private let configuration: Configuration
  private let host: String

  private var idle: [HTTPConnection] = []
  private var open = 0
  private var waiting: CircularBuffer<CheckedContinuation<Result<HTTPConnection, HTTPFailure>, Never>> = []
  private var streams: [Int: HTTPConnection] = [:]
  private var nextStream = 0
  private var isClosed = false
  /// Latency of every answered request, event streams aside.
  package private(set) var latency = LatencyHistogram()
  /// Requests answered, event streams aside.
  package private(set) var answered = 0

  /// Creates a client on one of the process's event loops; it connects when it is first used.
  /// - Parameter configuration: how it behaves.
  package init(configuration: Configuration) {
    self.configuration = configuration
    // The loop is also the executor of this actor and of those around it, so it must outlive them: the process's own does.
    loop = LoopExecutor.shared.loop
    host = configuration.address.hostHeader
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor { LoopExecutor.shared.asUnownedSerialExecutor() }

  /// Sends a request.
  ///
  /// A kept-alive connection that the server closed at that very moment is replaced once without a word: every route is
  /// safe to repeat.
  /// - Parameters:
  ///   - call: the request.
  ///   - isMeasured: whether its latency counts.
  /// - Throws: `HTTPFailure`.
  package func send(_ call: HTTPCall, isMeasured: Bool = true) async throws(HTTPFailure) -> HTTPReply {
    for attempt in 1...2 {
      let connection = try await connection()
      let isFresh = connection.exchanges == 0
      let start = NIODeadline.now()
      let result = await withCheckedContinuation {
        (waiter: CheckedContinuation<Result<HTTPReply, HTTPFailure>, Never>) in
        connection.send(call, host: host) { waiter.resume(returning: $0) }
      }
      release(connection)
      switch result {
      case .success(let reply):
        if isMeasured {
          answered += 1
          latency.record(nanoseconds: (NIODeadline.now() - start).nanoseconds)
        }
        return reply
      case .failure(.lost) where !isFresh && attempt == 1:
        // What the pool holds was opened before the loss; it is probably dead as well.
        for stale in idle { stale.close() }
        open -= idle.count
        idle.removeAll(keepingCapacity: true)
      case .failure(let failure):
        throw failure
      }
    }
    throw .lost
  }

  /// Forgets what was measured so far.
  package func resetMeasurements() {
    latency = LatencyHistogram()
    answered = 0
  }

  /// Reads an event stream until it ends.
  /// - Parameters:
  ///   - call: the request; its deadline is that of the answer's head.
  ///   - key: a number under which `closeStream` finds it.
  ///   - onBytes: called on the event loop with what comes in.
  /// - Returns: the answer without its body where the stream ended in order, or with it where the status was not 200.
  /// - Throws: `HTTPFailure`.
  package func stream(
    _ call: HTTPCall, key: Int, onBytes: @escaping @Sendable (ByteBuffer) -> Void
  ) async throws(HTTPFailure) -> HTTPReply {
    guard !isClosed else { throw .closed }
    let connection = try await connect()
    streams[key] = connection
    let result = await withCheckedContinuation { (waiter: CheckedContinuation<Result<HTTPReply, HTTPFailure>, Never>) in
      connection.stream(call, host: host, onBytes: onBytes) { waiter.resume(returning: $0) }
    }
    if streams[key] === connection { streams[key] = nil }
    connection.close()
    return try result.get()
  }

  /// A number for a new stream.
  package func makeStreamKey() -> Int {
    nextStream += 1
    return nextStream
  }

  /// Ends a stream from this side; whoever reads it gets `HTTPFailure.lost`.
  package func closeStream(_ key: Int) {
    streams[key]?.close()
  }

  /// Closes every connection.
  package func shutdown() {
    isClosed = true
    while let waiter = waiting.popFirst() { waiter.resume(returning: .failure(.closed)) }
    for connection in idle { connection.close() }
    for connection in streams.values { connection.close() }
    idle = []
  }

  // MARK: The pool

  private func connection() async throws(HTTPFailure) -> HTTPConnection {
    guard !isClosed else { throw .closed }
    while let connection = idle.popLast() {
      if connection.isIdle { return connection }
      open -= 1
      connection.close()
    }
    if open < configuration.maximumConnections {
      open += 1
      do throws(HTTPFailure) {
        return try await connect()
      } catch {
        open -= 1
        handOverSlot(after: error)
        throw error
      }
    }
    guard waiting.count < configuration.maximumWaiting else { throw .overloaded }
    let result = await withCheckedContinuation { waiting.append($0) }
    return try result.get()
  }

  private func release(_ connection: HTTPConnection) {
    guard !isClosed else { return connection.close() }
    if connection.isIdle {
      if let waiter = waiting.popFirst() {
        waiter.resume(returning: .success(connection))
      } else {
        idle.append(connection)
      }
      return
    }
    connection.close()
    guard let waiter = waiting.popFirst() else {
      open -= 1
      return
    }
    // The slot passes on to the next in line.
    Task {
      do throws(HTTPFailure) {
        waiter.resume(returning: .success(try await connect()))
      } catch {
        open -= 1
        waiter.resume(returning: .failure(error))
        handOverSlot(after: error)
      }
    }
  }

  /// Nobody would wake those who wait once the last connection is gone, so a failure to connect is theirs too.
  private func handOverSlot(after failure: HTTPFailure) {
    guard open == 0 else { return }
    while let waiter = waiting.popFirst() { waiter.resume(returning: .failure(failure)) }
  }

  private func connect() async throws(HTTPFailure) -> HTTPConnection {
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(configuration.connectTimeout)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers(enableOutboundHeaderValidation: false)
          try channel.pipeline.syncOperations.addHandler(HTTPConnection())
        }
      }
    let channel: any Channel
    do {
      switch configuration.address {
      case .tcp(let host, let port):
        channel =
          try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port).get()
      case .unix(let path):
        channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
      }
    } catch {
      throw .refused
    }
    guard let connection = try? channel.pipeline.syncOperations.handler(type: HTTPConnection.self) else {
      throw .lost
    }
    connection.onClose = { [weak self, weak connection] in
      guard let self, let connection else { return }
      self.assumeIsolated { $0.forget(connection) }
    }
    return connection
  }

  /// An idle connection that the server closed leaves the pool.
  private func forget(_ connection: HTTPConnection) {
    guard let index = idle.firstIndex(where: { $0 === connection }) else { return }
    idle.remove(at: index)
    open -= 1
  }
}
