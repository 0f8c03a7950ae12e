package import DispatchCore
package import DispatchState
import HexGrid
internal import PostgresClient

extension PostgresRecord: PositionStore {
  package func append(_ positions: [RecordedPosition]) async throws {
    guard !positions.isEmpty else { return }
    try await perform {
      _ = try await pool.query(
        Self.addPositions,
        [
          .texts(positions.map(\.driver.text)), .ints(positions.map(\.fix.time.unixMilliseconds)),
          .doubles(positions.map(\.fix.point.latitude)), .doubles(positions.map(\.fix.point.longitude)),
        ])
    }
  }

  package func forgetPositions(before moment: Timestamp) async throws {
    try await perform { _ = try await pool.query(Self.forgetPositions, [.time(moment)]) }
  }

  package func positions(
    of driver: DriverID, from start: Timestamp, to end: Timestamp
  ) async throws -> [Taximeter.Fix] {
    try await select(Self.positions, [.id(driver), .time(start), .time(end)]) { row in
      var columns = ColumnReader(row)
      return Taximeter.Fix(time: try columns.time(), point: try columns.point())
    }
  }

  private static let forgetPositions: PostgresStatement = "DELETE FROM ride_positions WHERE time < $1"

  private static let addPositions: PostgresStatement = """
    INSERT INTO ride_positions
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::double precision[], $4::double precision[])
      AS fix (driver, time, latitude, longitude) ORDER BY driver, time
    ON CONFLICT DO NOTHING
    """

  private static let positions: PostgresStatement = """
    SELECT time, latitude, longitude FROM ride_positions WHERE driver_id = $1 AND time BETWEEN $2 AND $3 ORDER BY time
    """
}
