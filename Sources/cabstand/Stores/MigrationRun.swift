import Logging
import PostgresClient
import PostgresState

/// Brings the schema of a database up to date.
enum MigrationRun {
  /// Applies what is missing.
  static func apply(_ pool: PostgresPool, logger: Logger) async throws {
    _ = try await PostgresMigrator(PostgresRecord.migrations(), pool: pool, logger: logger).migrate()
  }

  /// Refuses a database whose schema is another than this program's, for commands that only read.
  /// - Parameters:
  ///   - url: where the database is.
  ///   - logger: where it is told.
  /// - Throws: `SchemaTrouble` that says what to do, or `PostgresError` where the database does not answer.
  static func check(_ url: String, logger: Logger) async throws {
    let pool = try PostgresPool(configuration: PostgresConfiguration(connectionString: url), logger: logger)
    let statuses: [PostgresMigrator.Status]
    do {
      statuses = try await PostgresMigrator(PostgresRecord.migrations(), pool: pool, logger: logger).status()
    } catch {
      await pool.shutdown()
      throw error
    }
    await pool.shutdown()
    let trouble = SchemaTrouble(statuses)
    if !trouble.pending.isEmpty || !trouble.foreign.isEmpty { throw trouble }
  }
}

/// A database has another schema than this program knows.
struct SchemaTrouble: Error, CustomStringConvertible {
  /// Migrations that it lacks.
  var pending: [String] = []
  /// Migrations that this program does not know, or knows otherwise.
  var foreign: [String] = []

  init(_ statuses: [PostgresMigrator.Status]) {
    for status in statuses {
      switch status.standing {
      case .applied: break
      case .pending, .outOfOrder: pending.append(status.name)
      case .changed, .missing: foreign.append(status.name)
      }
    }
  }

  var description: String {
    if !foreign.isEmpty {
      return "another version of this program migrated the database (\(foreign.joined(separator: ", "))): use that one"
    }
    let names = pending.count > 3 ? pending.prefix(3) + ["…"] : pending[...]
    return "the database lacks \(pending.count) \(pending.count == 1 ? "migration" : "migrations") "
      + "(\(names.joined(separator: ", "))): run `cabstand migrate` with the same options first, or start the server, which does that"
  }
}
