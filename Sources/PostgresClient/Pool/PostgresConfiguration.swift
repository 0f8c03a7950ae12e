/// How a pool connects and what its limits are.
package struct PostgresConfiguration: Sendable {
  /// What libpq connects to: a URL (`postgres://user:password@host/db`) or a connection string (`host=… dbname=…`).
  /// It may hold a password, so it is never logged.
  package var connectionString: String
  /// The connections to keep open even when idle. Default 1.
  package var minConnections: Int
  /// The most connections of the pool, the one for `listen` not counted. Default 8.
  package var maxConnections: Int
  /// How many statements may be in flight on one shared connection. Default 64.
  package var maxPipelinedPerConnection: Int
  /// How many callers may wait for a connection; one more fails at once with `poolExhausted`. Default 4096.
  package var maxWaiting: Int
  /// How long a caller waits for a connection. Default 5 s.
  package var acquireTimeout: Duration
  /// The deadline of a statement that gives none, waiting included. Default 10 s.
  package var statementDeadline: Duration
  /// How long one attempt to connect may take. Default 5 s.
  package var connectTimeout: Duration
  /// The longest pause between attempts to connect; the pauses grow from 20 ms, with jitter. Default 2 s.
  package var maxReconnectPause: Duration
  /// How long a connection above `minConnections` may be idle before it is closed. Default 60 s.
  package var idleTimeout: Duration
  /// After this time without a statement inside an open transaction the server ends the session, so that a stuck
  /// caller cannot hold locks for ever. Default 60 s.
  package var idleInTransactionTimeout: Duration
  /// How many prepared statements a connection remembers; the least recently used is dropped. Default 256.
  package var maxPreparedStatements: Int
  /// The name by which `pg_stat_activity` knows us. Default `cabstand`.
  package var applicationName: String
  /// How many times a transaction is tried when the server asks for a retry. Default 5.
  package var maxTransactionAttempts: Int
  /// What stands before statements; nil lets all through.
  package var gate: PostgresGate?

  /// Creates a configuration with the defaults named at each property.
  /// - Parameter connectionString: a URL or a libpq connection string.
  package init(connectionString: String) {
    self.connectionString = connectionString
    minConnections = 1
    maxConnections = 8
    maxPipelinedPerConnection = 64
    maxWaiting = 4096
    acquireTimeout = .seconds(5)
    statementDeadline = .seconds(10)
    connectTimeout = .seconds(5)
    maxReconnectPause = .seconds(2)
    idleTimeout = .seconds(60)
    idleInTransactionTimeout = .seconds(60)
    maxPreparedStatements = 256
    applicationName = "cabstand"
    maxTransactionAttempts = 5
  }

  /// Creates a configuration from the parts of an address.
  /// - Parameters:
  ///   - host: a host name, an address or, when it starts with `/`, the folder of a Unix socket.
  ///   - port: the port. Default 5432.
  ///   - user: the role to connect as.
  ///   - password: its password, if it needs one.
  ///   - database: the database.
  package init(host: String, port: Int = 5432, user: String, password: String? = nil, database: String) {
    var parts = [("host", host), ("port", "\(port)"), ("user", user), ("dbname", database)]
    if let password { parts.append(("password", password)) }
    self.init(connectionString: parts.map { "\($0)='\(Self.escaped($1))'" }.joined(separator: " "))
  }

  /// Checks the limits.
  /// - Throws: `configuration` naming what is wrong.
  package func validate() throws(PostgresError) {
    func check(_ holds: Bool, _ what: String) throws(PostgresError) {
      if !holds { throw PostgresError(.configuration, what) }
    }
    try check(maxConnections >= 1 && maxConnections <= 1000, "maxConnections must be 1...1000")
    try check(minConnections >= 0 && minConnections <= maxConnections, "minConnections must be 0...maxConnections")
    try check(maxPipelinedPerConnection >= 1, "maxPipelinedPerConnection must be at least 1")
    try check(maxWaiting >= 0, "maxWaiting must not be negative")
    try check(maxPreparedStatements >= 1, "maxPreparedStatements must be at least 1")
    try check(maxTransactionAttempts >= 1, "maxTransactionAttempts must be at least 1")
    for timeout in [acquireTimeout, statementDeadline, connectTimeout, maxReconnectPause, idleTimeout] {
      try check(timeout > .zero, "timeouts must be positive")
    }
  }

  private static func escaped(_ value: String) -> String {
    var answer = ""
    for character in value {
      if character == "'" || character == "\\" { answer.append("\\") }
      answer.append(character)
    }
    return answer
  }
}
