import ArgumentParser
import DispatchCore
import DispatchState
import FunctionKit
import Logging
import PostgresClient
import PostgresState

/// The record for a command that does something with it and ends.
enum RecordAccess {
  /// Does something with the record of a running server (found through the data directory or the URL) or, where none runs, of the
  /// private PostgreSQL, which is started for that time.
  /// - Parameters:
  ///   - stores: where it is.
  ///   - logger: where starting and stopping is told.
  ///   - body: gets the present city time too.
  static func run<Value: Sendable>(
    _ stores: StoreOptions, _ logger: Logger, _ body: (PostgresRecord, Timestamp) async throws -> Value
  ) async throws -> Value {
    do {
      return try await withPool(stores, logger) { pool in
        let record = PostgresRecord(pool: pool, logger: logger)
        let real = Timestamp(unixMilliseconds: AdjustableClock.systemNow().unixMilliseconds)
        let now = try await record.clockSetting()?.city(at: real) ?? real
        return try await body(record, now)
      }
    } catch let error as FunctionError {
      throw ValidationError(error.message)
    } catch let error as StateError where error == .idempotencyKeyReused {
      throw ValidationError("Something else was booked under that key.")
    }
  }

  /// Does something with the database, brought up to date before; found or started as above.
  static func withPool<Value: Sendable>(
    _ stores: StoreOptions, _ logger: Logger, _ body: (PostgresPool) async throws -> Value
  ) async throws -> Value {
    let embedded = try EmbeddedStoreSet(ServerFile.attach(stores), includingRedis: false, logger: logger)
    let urls = try await embedded.start()
    do {
      let pool = try PostgresPool(
        configuration: PostgresConfiguration(connectionString: urls.postgres), logger: logger)
      do {
        try await MigrationRun.apply(pool, logger: logger)
        let value = try await body(pool)
        await pool.shutdown()
        await embedded.stop()
        return value
      } catch {
        await pool.shutdown()
        throw error
      }
    } catch {
      await embedded.stop()
      throw error
    }
  }
}

/// What every command on the record takes.
struct RecordFlags: ParsableArguments, Sendable {
  @OptionGroup var stores: StoreOptions
  @OptionGroup var logs: LogOptions
  @Flag(help: "Print one JSON object.") var json = false

  /// Does something with the record.
  func withRecord<Value: Sendable>(
    _ name: String, _ body: (PostgresRecord, Timestamp) async throws -> Value
  ) async throws -> Value {
    try await RecordAccess.run(stores, try logs.logger(name), body)
  }
}

/// JSON as text.
enum JSONText {
  static func object(_ members: (inout JSONWriter) -> Void) -> String {
    String(decoding: JSONWriter.bytes { $0.object(members) }, as: UTF8.self)
  }
}
