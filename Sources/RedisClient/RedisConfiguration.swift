/// Where Redis is and how the client behaves towards it.
///
/// | key of the URL | default | meaning |
/// | --- | --- | --- |
/// | `db` (0...) | 0 | database, for `unix:` URLs; `redis:` URLs name it in the path |
/// | `cluster` (`true`, `false`) | found out | whether the server is one node of a Redis Cluster |
/// | `connections` (1...64) | 2 | shared connections per node |
package struct RedisConfiguration: Sendable {
  /// Where one server listens.
  package enum Endpoint: Sendable, Hashable {
    /// A host name or address, and a port.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket.
    case unix(path: String)
  }

  /// How many servers stand behind the endpoint.
  package enum Topology: Sendable, Hashable {
    /// One server, until it answers that it is a node of a cluster.
    case automatic
    /// One server; an answer that points elsewhere is an error.
    case single
    /// A Redis Cluster, found through the endpoint.
    case cluster
  }

  /// What happens to a command while its server cannot be reached.
  package enum WhenDisconnected: Sendable, Hashable {
    /// It waits for a connection until its deadline.
    case wait
    /// It fails as soon as a connection attempt has failed.
    case fail
  }

  /// The server, or the first node of the cluster to ask.
  package var endpoint: Endpoint
  /// The user of the access control list; the default user when nil.
  package var username: String?
  /// The password, never shown.
  package var password: String?
  /// The database to select; a cluster has only 0.
  package var database = 0
  /// One server or a cluster.
  package var topology = Topology.automatic
  /// Shared connections for each node (1...64).
  package var connectionsPerNode = 2
  /// The time to connect, log in and select the database.
  package var connectTimeout: Duration = .seconds(2)
  /// The deadline of a command that does not name its own.
  package var commandDeadline: Duration = .seconds(2)
  /// The commands that may wait on one connection; one more is refused as overloaded.
  package var maxPendingCommandsPerConnection = 65_536
  /// The bytes of commands that may wait on one connection.
  package var maxPendingBytesPerConnection = 64 << 20
  /// The dedicated connections that may be in use at the same time by blocking commands and subscriptions.
  package var maxDedicatedConnections = 64
  /// Whether commands wait for a server that is away.
  package var whenDisconnected = WhenDisconnected.wait
  /// The pause after the first failed attempt to connect; it doubles with each, up to ``maxReconnectDelay``.
  package var minReconnectDelay: Duration = .milliseconds(10)
  /// The longest pause between two attempts to connect.
  package var maxReconnectDelay: Duration = .seconds(1)
  /// How long after the deadline of its oldest command a silent connection is given up as dead.
  package var silenceLimit: Duration = .seconds(10)
  /// How long closing waits for the answers on their way.
  package var closeTimeout: Duration = .seconds(2)
  /// What stands before commands, those on dedicated connections aside; nil lets all through.
  package var gate: RedisGate?
  /// The name shown by the server's `CLIENT LIST`; empty for none.
  package var clientName = "cabstand"

  /// A configuration with defaults.
  package init(endpoint: Endpoint) { self.endpoint = endpoint }

  /// Refuses values that make no sense.
  func validate() throws(RedisError) {
    func require(_ condition: Bool, _ message: String) throws(RedisError) {
      if !condition { throw RedisError(.invalidConfiguration, message) }
    }
    try require(database >= 0, "the database must be 0 or more")
    try require(topology != .cluster || database == 0, "a cluster has only database 0")
    try require((1...64).contains(connectionsPerNode), "connections per node must be 1 to 64")
    try require(maxPendingCommandsPerConnection > 0, "the limit of pending commands must be positive")
    try require(maxPendingBytesPerConnection > 0, "the limit of pending bytes must be positive")
    try require(maxDedicatedConnections > 0, "the limit of dedicated connections must be positive")
    try require(connectTimeout > .zero && commandDeadline > .zero, "timeouts must be positive")
    try require(
      minReconnectDelay > .zero && maxReconnectDelay >= minReconnectDelay, "reconnect delays must be ordered")
    if case .unix(let path) = endpoint {
      try require(path.utf8.count <= 107, "the path of a Unix socket has at most 107 bytes")
    }
  }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The endpoint and database, without user and password.
  package var description: String { "redis(\(endpoint), database \(database))" }
  /// The same as `description`.
  package var debugDescription: String { description }
  /// Hides user and password from dumps.
  package var customMirror: Mirror { Mirror(self, children: ["endpoint": endpoint, "database": database]) }
}
