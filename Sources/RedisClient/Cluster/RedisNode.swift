import NIOCore
import Synchronization

/// One server with its shared connections and its dedicated ones.
final class RedisNode: Sendable {
  /// Which connection a command goes over.
  enum Lane {
    /// One that all callers share.
    case shared
    /// One that this caller has alone, because the command may block it.
    case dedicated
  }

  let endpoint: RedisConfiguration.Endpoint
  private let connections: [RedisConnection]
  private let turn = Atomic<Int>(0)
  private let makeDedicated: @Sendable () -> RedisConnection
  private let dedicated = Mutex(Dedicated())
  private let maxDedicatedCount: Int

  private struct Dedicated {
    var idle: [RedisConnection] = []
    var busy: [ObjectIdentifier: RedisConnection] = [:]
    var isClosed = false
  }

  init(options: ConnectionOptions, group: any EventLoopGroup) {
    endpoint = options.endpoint
    let configuration = options.configuration
    maxDedicatedCount = configuration.maxDedicatedConnections
    connections = (0..<configuration.connectionsPerNode).map { _ in
      RedisConnection(options: options, eventLoop: group.next())
    }
    makeDedicated = { RedisConnection(options: options, eventLoop: group.next()) }
  }

  /// The host to assume where the server names none.
  var host: String {
    switch endpoint {
    case .tcp(let host, _): host
    case .unix: "127.0.0.1"
    }
  }

  private var nextConnection: RedisConnection {
    let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return connections[Int(turn.magnitude % UInt(connections.count))]
  }

  /// Sends one command over a shared connection.
  func send(_ command: RedisCommand, deadline: NIODeadline) async -> RedisWaiter.Answer {
    await nextConnection.send(command, deadline: deadline)
  }

  /// Sends commands one right after the other.
  func send(_ commands: [RedisCommand], over lane: Lane, deadline: NIODeadline) async -> [RedisWaiter.Answer] {
    switch lane {
    case .shared: await nextConnection.send(commands, deadline: deadline)
    case .dedicated: await sendDedicated(commands, deadline: deadline)
    }
  }

  private func sendDedicated(_ commands: [RedisCommand], deadline: NIODeadline) async -> [RedisWaiter.Answer] {
    guard let connection = lease() else {
      return commands.map { _ in .failure(RedisError(.overloaded, "too many dedicated connections")) }
    }
    let answers = await connection.send(commands, deadline: deadline)
    // After a cancellation or a timeout the server may still block: that connection must not serve anybody else.
    let isClean = answers.allSatisfy { answer in
      if case .failure(let error) = answer { error.code == .server } else { true }
    }
    giveBack(connection, keep: isClean)
    return answers
  }

  private func lease() -> RedisConnection? {
    dedicated.withLock { dedicated in
      guard !dedicated.isClosed, dedicated.busy.count < maxDedicatedCount else { return nil }
      let connection = dedicated.idle.popLast() ?? makeDedicated()
      dedicated.busy[ObjectIdentifier(connection)] = connection
      return connection
    }
  }

  private func giveBack(_ connection: RedisConnection, keep: Bool) {
    let isKept = dedicated.withLock { dedicated in
      dedicated.busy[ObjectIdentifier(connection)] = nil
      guard keep, !dedicated.isClosed else { return false }
      dedicated.idle.append(connection)
      return true
    }
    if !isKept { connection.abandon() }
  }

  /// Connects all shared connections.
  func connect() { connections.forEach { $0.connect() } }

  /// How many commands wait on the shared connections.
  var pendingCount: Int { connections.reduce(0) { $0 + $1.pendingCount } }

  /// Closes all connections; shared ones after the answers on their way.
  func close(timeout: Duration) async {
    await withTaskGroup { group in
      for connection in takeDedicated() { group.addTask { await connection.close(timeout: .zero) } }
      for connection in connections { group.addTask { await connection.close(timeout: timeout) } }
    }
  }

  /// Closes all connections without waiting for it.
  func abandon() {
    takeDedicated().forEach { $0.abandon() }
    connections.forEach { $0.abandon() }
  }

  private func takeDedicated() -> [RedisConnection] {
    dedicated.withLock { dedicated in
      dedicated.isClosed = true
      defer { dedicated.idle = [] }
      return dedicated.idle + dedicated.busy.values
    }
  }
}
