import ArgumentParser
import DispatchAPI
import DispatchCore
import Logging
import PostgresClient
import PostgresState

/// `cabstand migrate`: brings the schema of the record up to date, or shows where it stands.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring PostgreSQL's schema up to date.",
    discussion: """
      Applies the migrations that the database lacks, in order, each in a transaction, behind a lock against other instances.
      Works on the database of a running server (found through the data directory or the URL) or, where none runs, starts the
      private one for that time. Refuses a database whose applied migrations differ from the ones that this program carries.
      """)

  @OptionGroup var stores: StoreOptions
  @OptionGroup var logs: LogOptions
  @Flag(help: "Only show which migrations are applied.") var status = false

  func run() async throws {
    let logger = try logs.logger("migrate")
    let embedded = try EmbeddedStoreSet(ServerFile.attach(stores), includingRedis: false, logger: logger)
    let urls = try await embedded.start()
    do {
      let pool = try PostgresPool(
        configuration: PostgresConfiguration(connectionString: urls.postgres), logger: logger)
      let migrator = try PostgresMigrator(PostgresRecord.migrations(), pool: pool, logger: logger)
      if status {
        for migration in try await migrator.status() { print("\(migration.name)  \(Self.text(migration.standing))") }
      } else {
        let applied = try await migrator.migrate()
        print(applied.isEmpty ? "nothing to do" : "applied \(applied.joined(separator: ", "))")
      }
      await pool.shutdown()
    } catch {
      await embedded.stop()
      throw error
    }
    await embedded.stop()
  }

  private static func text(_ standing: PostgresMigrator.Standing) -> String {
    switch standing {
    case .applied(let milliseconds): "applied \(RFC3339.text(Timestamp(unixMilliseconds: milliseconds)))"
    case .pending: "pending"
    case .changed: "changed since it was applied"
    case .missing: "applied, but unknown to this program"
    case .outOfOrder: "pending before applied ones"
    }
  }
}
