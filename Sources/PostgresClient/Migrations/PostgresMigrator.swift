package import Logging

/// Brings a database's schema up to date with an ordered, append-only list of migrations.
///
/// What was applied is kept in the table `cabstand_migrations`. The migrator refuses to go on when an applied migration
/// was changed or is missing, or when a new one is numbered before the last applied one: on another machine the order
/// would have been different.
package struct PostgresMigrator: Sendable {
  /// Where one migration stands.
  package enum Standing: Sendable, Hashable {
    /// Applied at this time, in milliseconds since 1970.
    case applied(atMilliseconds: Int64)
    /// Waiting to be applied.
    case pending
    /// Applied, but its script has been changed since.
    case changed
    /// Applied, but no longer in the list.
    case missing
    /// Not applied, although later ones are.
    case outOfOrder
  }

  /// A migration and where it stands.
  package struct Status: Sendable, Hashable {
    /// The migration's name.
    package let name: String
    /// Where it stands.
    package let standing: Standing
  }

  private struct Applied {
    var name: String
    var checksum: String
    var atMilliseconds: Int64
  }

  /// Any number will do as long as nobody else uses it: the letters `cabstand` as ASCII.
  private static let lockKey: Int64 = 0x6361_6273_7461_6e64

  private let migrations: [PostgresMigration]
  private let pool: PostgresPool
  private let logger: Logger

  /// Creates a migrator.
  /// - Throws: `migration` when two migrations have the same number.
  package init(_ migrations: [PostgresMigration], pool: PostgresPool, logger: Logger) throws(PostgresError) {
    self.migrations = migrations.sorted { $0.number < $1.number }
    for (earlier, later) in zip(self.migrations, self.migrations.dropFirst()) where earlier.number == later.number {
      throw PostgresError(.migration, "\(earlier.name) and \(later.name) have the same number")
    }
    self.pool = pool
    self.logger = logger
  }

  /// Applies what is pending, each migration in a transaction of its own.
  ///
  /// Several instances may call this at once: an advisory lock lets one do the work and the others find it done.
  /// - Parameter deadline: how long one migration may take, waiting for the lock included.
  /// - Returns: the names of the migrations applied now, in order.
  /// - Throws: `migration` on drift, before anything is changed; the server's error when a script fails, with the
  ///   earlier ones applied.
  @discardableResult
  package func migrate(deadline: Duration = .seconds(600)) async throws(PostgresError) -> [String] {
    var done: [String] = []
    // One per transaction, under the lock and after a look at what others have done meanwhile.
    while let name = try await applyNext(deadline: deadline) { done.append(name) }
    if done.isEmpty {
      logger.info("the schema is up to date", metadata: ["migrations": "\(migrations.count)"])
    }
    return done
  }

  /// Where every migration stands, applied ones that are missing included, in the order of their names.
  package func status() async throws(PostgresError) -> [Status] {
    compare(with: try await readApplied())
  }

  private func readApplied() async throws(PostgresError) -> [Applied] {
    do throws(PostgresError) {
      return try Self.decode(try await pool.query(Self.select))
    } catch {
      if error.sqlState == .undefinedTable { return [] }
      throw error
    }
  }

  private func applyNext(deadline: Duration) async throws(PostgresError) -> String? {
    // A glance without the lock: an up-to-date schema is the usual case and must not cost a start anything.
    guard try Self.next(in: compare(with: try await readApplied())) != nil else { return nil }
    do {
      return try await pool.transaction(deadline: deadline) { transaction in
        try await transaction.query("SELECT pg_advisory_xact_lock($1)", [.int(Self.lockKey)])
        try await transaction.query(Self.createTable)
        let applied = try Self.decode(try await transaction.query(Self.select))
        guard let name = try Self.next(in: compare(with: applied)),
          let migration = migrations.first(where: { $0.name == name })
        else { return nil }
        try await apply(migration, in: transaction)
        return name
      }
    } catch let error as PostgresError {
      throw error
    } catch {
      throw PostgresError(.migration, "an error of an unknown kind")
    }
  }

  private func apply(_ migration: PostgresMigration, in transaction: PostgresTransaction) async throws(PostgresError) {
    let clock = ContinuousClock()
    let start = clock.now
    do throws(PostgresError) {
      try await transaction.script(migration.sql)
      try await transaction.query(
        "INSERT INTO cabstand_migrations (name, checksum) VALUES ($1, $2)",
        [.text(migration.name), .text(migration.checksum)])
    } catch {
      var error = error
      error.message = "migration \(migration.name): \(error.message)"
      throw error
    }
    logger.notice("applied a migration", metadata: ["name": "\(migration.name)", "took": "\(clock.now - start)"])
  }

  private func compare(with applied: [Applied]) -> [Status] {
    let appliedByName = Dictionary(applied.map { ($0.name, $0) }) { first, _ in first }
    let last = applied.map(\.name).max() ?? ""
    var statuses = migrations.map { migration in
      let standing: Standing =
        if let applied = appliedByName[migration.name] {
          applied.checksum == migration.checksum ? .applied(atMilliseconds: applied.atMilliseconds) : .changed
        } else {
          migration.name < last ? .outOfOrder : .pending
        }
      return Status(name: migration.name, standing: standing)
    }
    let known = Set(migrations.map(\.name))
    statuses += applied.filter { !known.contains($0.name) }.map { Status(name: $0.name, standing: .missing) }
    return statuses.sorted { $0.name < $1.name }
  }

  /// The first pending migration.
  /// - Throws: `migration` when the list does not fit what was applied.
  private static func next(in statuses: [Status]) throws(PostgresError) -> String? {
    for status in statuses {
      switch status.standing {
      case .changed: throw PostgresError(.migration, "\(status.name) was changed after it had been applied")
      case .missing: throw PostgresError(.migration, "\(status.name) was applied but is missing now")
      case .outOfOrder: throw PostgresError(.migration, "\(status.name) comes before one that is already applied")
      case .applied, .pending: break
      }
    }
    return statuses.first { $0.standing == .pending }?.name
  }

  private static func decode(_ rows: PostgresRows) throws(PostgresError) -> [Applied] {
    var applied: [Applied] = []
    for row in rows {
      applied.append(
        Applied(
          name: try row.text("name"), checksum: try row.text("checksum"),
          atMilliseconds: try row.timestampMilliseconds("applied_at")))
    }
    return applied
  }

  private static let select: PostgresStatement = "SELECT name, checksum, applied_at FROM cabstand_migrations"

  private static let createTable: PostgresStatement = """
    CREATE TABLE IF NOT EXISTS cabstand_migrations (
      name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
    """
}
