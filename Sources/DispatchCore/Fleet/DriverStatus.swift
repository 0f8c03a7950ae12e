/// What a driver is doing, as the record has it; the fleet index follows it by version.
package struct DriverStatus: Sendable, Hashable {
  package var driver: DriverID
  package var region: RegionID
  package var vehicleClass: VehicleClass
  package var activity: DriverActivity
  /// Grows with every change; a lower one never replaces a higher one.
  package var version: Int64
  /// When the driver began to do it.
  package var since: Timestamp

  package init(
    driver: DriverID, region: RegionID, vehicleClass: VehicleClass, activity: DriverActivity, version: Int64,
    since: Timestamp
  ) {
    self.driver = driver
    self.region = region
    self.vehicleClass = vehicleClass
    self.activity = activity
    self.version = version
    self.since = since
  }
}
