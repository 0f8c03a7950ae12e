/// Where the HTTP server listens and what it puts up with.
public struct HTTPServerConfiguration: Sendable {
  /// Where a server listens.
  public enum Address: Sendable, Equatable, CustomStringConvertible {
    /// A host and a port; port 0 takes a free one.
    case tcp(host: String, port: Int)
    /// A Unix domain socket.
    case unix(path: String)

    /// The address as people write it.
    public var description: String {
      switch self {
      case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
      case .unix(let path): "unix:\(path)"
      }
    }
  }

  /// Where to listen; loopback by default, because callers are not proven by tokens yet.
  public var address: Address = .tcp(host: "127.0.0.1", port: 8080)
  /// A socket that listens already, for example one that several processes share; nil makes one at `address`.
  public var listeningSocket: Int32?
  /// How many connections wait to be accepted.
  public var backlog: Int = 4_096
  /// How many connections are open at once; one more is answered 503 and closed.
  public var maxConnections: Int = 10_000
  /// How many event streams are open at once; one more is answered 503.
  public var maxOpenStreams: Int = 10_000
  /// The largest body in bytes where the route does not say; a larger one is answered 413.
  public var maxBodyBytes: Int = 4 << 20
  /// The largest head of a request in bytes; a larger one is answered 431.
  public var maxHeaderBytes: Int = 16 << 10
  /// How many header fields a request may have; more are answered 431.
  public var maxHeaderCount: Int = 100
  /// The longest request target in bytes; a longer one is answered 414.
  public var maxURIBytes: Int = 8 << 10
  /// How long the head of a request may take from its first byte on; then 408.
  public var headerReadTimeout: Duration = .seconds(10)
  /// How long the body of a request may take from the end of its head on; then 408.
  public var bodyReadTimeout: Duration = .seconds(30)
  /// How long a connection may be open without a request.
  public var idleTimeout: Duration = .seconds(75)
  /// How long a client may take nothing of an answer; then the connection is closed.
  public var writeStallTimeout: Duration = .seconds(30)
  /// How often a silent event stream says that it is alive.
  public var heartbeatInterval: Duration = .seconds(15)
  /// How long requests in flight may take to be answered at shutdown.
  public var drainTimeout: Duration = .seconds(10)
  /// The `source` of events made from requests.
  public var eventSource: String = "/cabstand/http"
  /// How many requests to functions are at work or wait at once; one more is answered 429, and the server is not ready.
  public var maxInFlight: Int = 20_000
  /// What senders of events must show as `Authorization: Bearer …` or `access_token=…`; nil lets everybody send.
  public var eventToken: String?
  /// Who may send events as a webhook; nil answers no handshakes.
  public var webhook: WebhookPolicy?
  /// Whether clients may raise the log level of an invocation and ask for its log.
  public var allowsInvocationLogs: Bool = true
  /// How many static routes are handled at once, each for 20 s at most.
  public var staticRouteWorkers: Int = 64

  /// Creates the default configuration.
  /// - Parameter address: where to listen.
  public init(address: Address = .tcp(host: "127.0.0.1", port: 8080)) {
    self.address = address
  }
}
