internal import DispatchCore
internal import PostgresClient

extension Suggestion {
  /// The columns that `init(row:)` reads, in their order.
  static let columns = """
    suggestion_id, driver_id, region, origin_latitude, origin_longitude, target_latitude, target_longitude,
    drive_seconds, status_version, made_at, expires_at
    """

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    self.init(
      id: try columns.id(), driver: try columns.id(), region: try columns.id(), origin: try columns.point(),
      target: try columns.point(), driveSeconds: try columns.int(), statusVersion: try columns.int64(),
      madeAt: try columns.time(), expiresAt: try columns.time())
  }
}
