package import HexGrid

/// What the fleet index knows of a driver.
package struct DriverSnapshot: Sendable, Hashable {
  package var driver: DriverID
  package var position: GeoPoint
  /// The zone of the position.
  package var cell: HexCell
  /// When the position was taken.
  package var seenAt: Timestamp
  package var headingDegrees: UInt16?
  package var isOccupied: Bool
  package var vehicleClass: VehicleClass
  /// What the driver is doing; nil where no shift was ever recorded.
  package var activityName: String?
  /// The version of the status that this is based on.
  package var statusVersion: Int64

  package init(
    driver: DriverID, position: GeoPoint, cell: HexCell, seenAt: Timestamp, headingDegrees: UInt16? = nil,
    isOccupied: Bool = false, vehicleClass: VehicleClass = .standard, activityName: String? = nil,
    statusVersion: Int64 = 0
  ) {
    self.driver = driver
    self.position = position
    self.cell = cell
    self.seenAt = seenAt
    self.headingDegrees = headingDegrees
    self.isOccupied = isOccupied
    self.vehicleClass = vehicleClass
    self.activityName = activityName
    self.statusVersion = statusVersion
  }
}
