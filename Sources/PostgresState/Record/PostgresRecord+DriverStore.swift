package import DispatchCore
internal import DispatchState
internal import PostgresClient

extension PostgresRecord: DriverStore {
  package func status(of driver: DriverID) async throws -> DriverStatus? {
    try await select(Self.statusOfDriver, [.id(driver)], DriverStatus.init).first
  }

  package func setShift(
    _ driver: DriverID, region: RegionID, vehicleClass: VehicleClass, isOnline: Bool, at time: Timestamp
  ) async throws -> DriverStatus {
    let activity: DriverActivity = isOnline ? .idle : .offline
    let changed = try await select(
      Self.setShift, [.id(driver), .id(region), .vehicleClass(vehicleClass), .text(activity.name), .time(time)],
      DriverStatus.init)
    if let status = changed.first { return status }
    guard let status = try await status(of: driver) else {
      throw StateError.corrupt("a driver vanished")
    }
    return status
  }

  package func statuses(in region: RegionID, after cursor: DriverID?, limit: Int) async throws -> [DriverStatus] {
    try await select(
      Self.statusesInRegion, [.id(region), .text(cursor?.text ?? ""), .limit(limit)], DriverStatus.init)
  }

  private static let statusOfDriver = PostgresStatement(
    "SELECT \(DriverStatus.columns) FROM drivers AS driver WHERE driver_id = $1")

  /// Answers no row where the driver is offered or busy, or nothing would change.
  private static let setShift = PostgresStatement(
    """
    INSERT INTO drivers AS driver (driver_id, region, vehicle_class, activity, version, since)
    VALUES ($1, $2, $3, $4, 1, $5)
    ON CONFLICT (driver_id) DO UPDATE SET
      region = excluded.region, vehicle_class = excluded.vehicle_class, activity = excluded.activity,
      version = driver.version + 1,
      since = CASE WHEN driver.activity = excluded.activity THEN driver.since ELSE excluded.since END
    WHERE driver.activity IN ('idle', 'offline')
      AND (driver.region, driver.vehicle_class, driver.activity)
        <> (excluded.region, excluded.vehicle_class, excluded.activity)
    RETURNING \(DriverStatus.columns)
    """)

  /// No id is empty, so the empty text is before all of them.
  private static let statusesInRegion = PostgresStatement(
    """
    SELECT \(DriverStatus.columns) FROM drivers AS driver
    WHERE region = $1 AND driver_id > $2 ORDER BY driver_id LIMIT $3
    """)
}
