import Logging
import PostgresClient
import PostgresState

/// Brings the schema of a database up to date.
enum MigrationRun {
  /// Applies what is missing.
  static func apply(_ pool: PostgresPool, logger: Logger) async throws {
    let migrator = PostgresMigrator(pool: pool, logger: logger)
    _ = try await migrator.migrate(PostgresRecord.migrations())
  }
}
