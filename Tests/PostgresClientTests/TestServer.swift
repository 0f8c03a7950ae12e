import EmbeddedStores
import Logging
import PostgresClient
import Synchronization
import Testing

/// One server for the whole test process, started by the first test that needs it.
enum TestServer {
  static let logger: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }()

  /// Why there is no server here, or `nil` when there is one.
  static let absence = PostgresServer.absenceOfTemporary(logger: logger)

  private static let shared = Task {
    let server = try PostgresServer.temporary(logger: logger)
    try await server.start()
    return server
  }

  static func connectionString() async throws -> String { try await shared.value.connectionString }

  /// Runs a test with a pool of its own on the shared server, or on another one.
  static func withPool(
    connectionString: String? = nil, max: Int = 4, adjust: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresPool) async throws -> Void
  ) async throws {
    let shared = try await self.connectionString()
    var configuration = PostgresConfiguration(connectionString: connectionString ?? shared)
    configuration.maxConnections = max
    adjust(&configuration)
    let pool = try PostgresPool(configuration: configuration, logger: logger)
    do {
      try await body(pool)
    } catch {
      await pool.shutdown()
      throw error
    }
    await pool.shutdown()
  }

  /// Polls until something holds; the time limit of the suite is the only judge of "too long".
  static func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
  }
}

/// Skips a suite, with the reason, on a machine without PostgreSQL.
extension Trait where Self == ConditionTrait {
  static var needsPostgres: Self {
    .enabled("PostgreSQL is needed: \(TestServer.absence ?? "it is here")") { TestServer.absence == nil }
  }
}

/// The `PostgresError` that a closure throws.
func failure<T>(_ body: () async throws -> T) async -> PostgresError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? PostgresError
  }
}

/// A counter that several tasks may touch.
final class Tally: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func increment() { value.withLock { $0 += 1 } }
}
