import DispatchAPI
import DispatchCore
import DispatchState
import EmbeddedStores
import FunctionKit
import Glibc
import Logging
import PostgresClient
import PostgresState
import SettleFare

/// Measures `settle-fare` on a private PostgreSQL with durable commits: completed rides are settled, whole, as the stream hands them
/// over, and in batches of one.
@main
enum SettlementBenchmark {
  private static let quiet = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }

  static func main() async throws {
    let asRows = CommandLine.arguments.contains("--rows")
    let folder = "/tmp/cabstand-settlement-benchmark-\(getpid())"
    let server = try PostgresServer(configuration: .init(directory: folder, maxConnections: 100), logger: quiet)
    try await server.start()
    let reference = Pgbench(connection: server.connectionString)
    var configuration = PostgresConfiguration(connectionString: server.connectionString)
    configuration.maxConnections = 16
    let pool = try PostgresPool(configuration: configuration, logger: quiet)
    try await PostgresMigrator(PostgresRecord.migrations(), pool: pool, logger: quiet).migrate()
    let record = PostgresRecord(pool: pool, logger: quiet)
    try await record.add(.standard(region: RegionID(trusted: "sf"), vehicleClass: .standard))
    try await pool.script(Pgbench.tables)

    for (batch, workers, count) in [(50, 8, 24_000), (1, 16, 8_000)] {
      try await pool.script(Self.rides(count, prefix: "b\(batch)-"))
      try await pool.script("ANALYZE; CHECKPOINT")
      let known = reference.settlementsPerSecond(perTransaction: batch, clients: workers)
      let rate = try await settle(record, count, prefix: "b\(batch)-", batch: batch, workers: workers)
      let name = batch == 1 ? "settlements/s, one per transaction" : "settlements/s, \(batch) per transaction"
      let shown = known.map { String(Int($0)) } ?? "not measured"
      let ratio = known.map { String(Int(rate / $0 * 100)) + " %" } ?? "-"
      print(
        asRows
          ? "\(name)\t\(Int(rate))\tpgbench, \(batch * 11) rows\t\(shown)\t\(ratio)"
          : "\(name), \(workers) at once: \(Int(rate)); pgbench with \(batch * 11) rows a transaction: \(shown) (\(ratio))")
    }
    let report = try await record.audit(at: Timestamp(unixMilliseconds: 1_700_000_100_000))
    print("audited \(report.rides) rides, \(report.ledgerEntries) entries: \(report.violations.count) violations")
    await pool.shutdown()
    await server.stop()
  }

  /// Settles rides from concurrent workers, each of which waits for its batches.
  private static func settle(
    _ record: PostgresRecord, _ count: Int, prefix: String, batch: Int, workers: Int
  ) async throws -> Double {
    let clock = FixedClock()
    let setup = FunctionSetup(
      name: "settle-fare",
      bindings: [
        "rides": record, "tariffs": record, "ledger": record, "positions": record,
        "configuration": DispatchConfiguration(),
      ], clock: clock, logger: quiet)
    let function = try SettleFare(setup)
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<workers {
        group.addTask {
          let context = Context(
            functionName: "settle-fare", logger: quiet, deadline: .now + .seconds(600), clock: clock,
            caller: .service("stream"))
          for first in stride(from: worker * batch, to: count, by: workers * batch) {
            let events = (first..<min(first + batch, count)).map { number in
              Event(
                id: "e\(number)", source: "/rides", type: RideMessages.completedType, subject: "r\(prefix)\(number)",
                trigger: TriggerInfo(kind: "redis-stream", name: "completed"))
            }
            for result in await function.handle(batch: events, context) { _ = try result.get() }
          }
        }
      }
      try await group.waitForAll()
    }
    let elapsed = ContinuousClock.now - start
    return Double(count) / (Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
  }

  /// Completed rides with their quotes.
  private static func rides(_ count: Int, prefix: String) -> String {
    """
    INSERT INTO quotes (quote_id, rider_id, region, vehicle_class, pickup_latitude, pickup_longitude, dropoff_latitude,
      dropoff_longitude, currency, line_names, line_minor_units, line_details, distance_meters, duration_seconds,
      surge_tenths, tariff_id, created_at, expires_at, request_hash)
    SELECT 'q\(prefix)' || n, 'rider-' || n, 'sf', 1, 37.77, -122.41, 37.79, -122.39, 'USD', '{base,distance,time}',
      '{255,387,293}', '{fare|base,fare|distance|distance=3.69 km,fare|time|time=567 s}', 3690, 567, 10, 'sf-standard-1',
      1700000000000, 1700000600000, 0
    FROM generate_series(0, \(count - 1)) AS n;
    INSERT INTO rides (ride_id, quote_id, rider_id, region, vehicle_class, pickup_latitude, pickup_longitude,
      dropoff_latitude, dropoff_longitude, pickup_cell, state, version, driver_id, offer_round, excluded_drivers,
      fare_minor_units, currency, requested_at, expires_at, accepted_at, arrived_at, started_at, completed_at,
      distance_meters, request_hash)
    SELECT 'r\(prefix)' || n, 'q\(prefix)' || n, 'rider-' || n, 'sf', 1, 37.77, -122.41, 37.79, -122.39,
      613196570331971583, 'completed', 6, 'cab-' || n, 1, '{}', 935, 'USD', 1700000000000, 1700000900000, 1700000010000,
      1700000020000, 1700000030000, 1700000090000, 3690, 0
    FROM generate_series(0, \(count - 1)) AS n;
    """
  }
}

/// A clock that stands still.
private struct FixedClock: WallClock {
  func now() -> EventTime { EventTime(unixMilliseconds: 1_700_000_100_000) }

  func sleep(until moment: EventTime) async throws { try await Task.sleep(for: .milliseconds(1)) }
}
