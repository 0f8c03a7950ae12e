internal import DispatchState
package import Logging
internal import Migrations
package import PostgresClient

/// The record in PostgreSQL: quotes, rides, offers, drivers, books, outbox and history, on one pool of connections.
///
/// Every call is one round trip and one transaction. Rules that must never break (one active ride per driver, one
/// settlement per ride, books that balance, …) are the database's own constraints.
package final class PostgresRecord: Sendable {
  let pool: PostgresPool
  let logger: Logger
  let alarm: OutboxAlarm
  let requests: RideRequests
  let tariffs = TariffsInForce()

  /// Creates the record on a pool whose database has the schema of `migrations()`.
  /// - Parameters:
  ///   - pool: the connections; the caller runs it and shuts it down.
  ///   - logger: where trouble is told.
  package init(pool: PostgresPool, logger: Logger) {
    self.pool = pool
    self.logger = logger
    alarm = OutboxAlarm(pool: pool)
    requests = RideRequests(pool: pool)
  }

  /// The scripts that make the schema, for `PostgresMigrator`.
  package static func migrations() throws(PostgresError) -> [PostgresMigration] {
    var answer: [PostgresMigration] = []
    for script in Migrations.all { answer.append(try PostgresMigration(name: script.name, sql: script.sql)) }
    return answer
  }

  /// Runs something on the database and speaks of its failures in the words of the ports.
  func perform<T>(_ body: () async throws -> T) async throws(StateError) -> T {
    try await Self.perform(body)
  }

  /// Runs something on the database and speaks of its failures in the words of the ports.
  static func perform<T>(_ body: () async throws -> T) async throws(StateError) -> T {
    do {
      return try await body()
    } catch let error as StateError {
      throw error
    } catch let error as PostgresError {
      throw StateError(error)
    } catch {
      throw .unavailable("\(error)")
    }
  }

  /// Runs one statement and reads its rows.
  func select<T>(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = [],
    _ decode: (PostgresRow) throws -> T
  ) async throws(StateError) -> [T] {
    try await perform { try await pool.query(statement, parameters).map(decode) }
  }
}

extension StateError {
  /// What went wrong in the database, without any data.
  init(_ error: PostgresError) {
    switch error.code {
    case .cancelled, .poolClosed, .transactionEnded: self = .unavailable(error.description)
    case _ where error.isTransient || error.sqlState == .queryCanceled: self = .unavailable(error.description)
    default: self = .corrupt(error.description)
    }
  }
}
