import NIOCore
import NIOPosix

extension RedisConfiguration.Endpoint {
  /// Makes a channel to this endpoint.
  /// - Parameters:
  ///   - eventLoop: the loop of the channel
  ///   - timeout: how long connecting may take
  ///   - initialize: adds the handlers, on the event loop
  func connect(
    on eventLoop: any EventLoop, timeout: Duration, initialize: @escaping @Sendable (any Channel) throws -> Void
  ) -> EventLoopFuture<any Channel> {
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(timeout))
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16_384, maximum: 262_144)
      )
      .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
    switch self {
    case .tcp(let host, let port):
      return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
    case .unix(let path): return bootstrap.connect(unixDomainSocketPath: path)
    }
  }
}
