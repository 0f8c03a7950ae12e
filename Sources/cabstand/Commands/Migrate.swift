import ArgumentParser
import Logging
import PostgresClient
import PostgresState

/// `cabstand migrate`: brings the schema of the record up to date, or shows where it stands.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring PostgreSQL's schema up to date.",
    discussion: """
      Applies the migrations that the database lacks, in order, each in a transaction, behind a lock against other instances.
      Refuses a database whose applied migrations differ from the ones that this program carries.
      """)

  @OptionGroup var stores: StoreOptions
  @OptionGroup var logs: LogOptions
  @Flag(help: "Only show which migrations are applied.") var status = false

  func run() async throws {
    let logger = try logs.logger("migrate")
    let embedded = try EmbeddedStoreSet(stores, logger: logger)
    let urls = try await embedded.start()
    do {
      let pool = try PostgresPool(
        configuration: PostgresConfiguration(connectionString: urls.postgres), logger: logger)
      let migrator = PostgresMigrator(pool: pool, logger: logger)
      if status {
        for line in try await migrator.status(PostgresRecord.migrations()) { print(line) }
      } else {
        let applied = try await migrator.migrate(PostgresRecord.migrations())
        print(applied.isEmpty ? "nothing to do" : "applied \(applied.map(\.description).joined(separator: ", "))")
      }
      await pool.shutdown()
    } catch {
      await embedded.stop()
      throw error
    }
    await embedded.stop()
  }
}
