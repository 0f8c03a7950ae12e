import Logging
import PostgresClient
import PostgresState

/// Brings the schema of a database up to date.
enum MigrationRun {
  /// Applies what is missing.
  static func apply(_ pool: PostgresPool, logger: Logger) async throws {
    _ = try await PostgresMigrator(PostgresRecord.migrations(), pool: pool, logger: logger).migrate()
  }
}
