import EmbeddedStores
import Logging
import PostgresClient
import PostgresState
import Synchronization

/// One PostgreSQL for all tests of the record, with a database of its own for each test.
enum RecordServer {
  static let logger: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }()

  /// Why there is no server here, or `nil` when there is one.
  static let absence = PostgresServer.absenceOfTemporary(logger: logger)

  private static let databases = Mutex(0)
  private static let gate = Gate(permits: 6)

  private static let shared = Task {
    let server = try PostgresServer.temporary(logger: logger)
    try await server.start()
    let template = try pool(server.connectionString, database: "postgres")
    try await template.script("CREATE DATABASE record_template")
    await template.shutdown()
    let schema = try pool(server.connectionString, database: "record_template")
    try await PostgresMigrator(PostgresRecord.migrations(), pool: schema, logger: logger).migrate()
    await schema.shutdown()
    return server
  }

  /// Runs a test with a pool on a new database that has the schema and nothing else.
  static func withDatabase(_ body: (PostgresPool) async throws -> Void) async throws {
    try await gate.pass {
      let server = try await shared.value
      let name = databases.withLock { number in
        number += 1
        return "record_\(number)"
      }
      let admin = try pool(server.connectionString, database: "postgres")
      try await admin.script("CREATE DATABASE \(name) TEMPLATE record_template")
      await admin.shutdown()
      try await withPool(pool(server.connectionString, database: name), body)
    }
  }

  /// Runs a test on a server of its own, which it may stop.
  static func withServer(_ body: (PostgresServer, PostgresPool) async throws -> Void) async throws {
    // What was answered survives the server, though not the machine.
    let server = try PostgresServer.temporary(logger: logger, settings: ["synchronous_commit": "on"])
    try await server.start()
    try await withPool(pool(server.connectionString, database: PostgresServer.name)) { pool in
      try await PostgresMigrator(PostgresRecord.migrations(), pool: pool, logger: logger).migrate()
      try await body(server, pool)
    }
    await server.stop()
  }

  private static func withPool(_ pool: PostgresPool, _ body: (PostgresPool) async throws -> Void) async throws {
    do {
      try await body(pool)
    } catch {
      await pool.shutdown()
      throw error
    }
    await pool.shutdown()
  }

  private static func pool(_ connectionString: String, database: String) throws -> PostgresPool {
    // The last of two equal keywords counts.
    var configuration = PostgresConfiguration(connectionString: "\(connectionString) dbname=\(database)")
    configuration.maxConnections = 6
    configuration.acquireTimeout = .seconds(30)
    configuration.statementDeadline = .seconds(60)
    return try PostgresPool(configuration: configuration, logger: logger)
  }
}

/// Lets so many pass at a time: all tests start at once, and a server has only so many connections.
actor Gate {
  private var permits: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(permits: Int) {
    self.permits = permits
  }

  nonisolated func pass<T>(_ body: () async throws -> T) async throws -> T {
    await enter()
    do {
      let answer = try await body()
      await leave()
      return answer
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    if permits > 0 {
      permits -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { permits += 1 } else { waiting.removeFirst().resume() }
  }
}
