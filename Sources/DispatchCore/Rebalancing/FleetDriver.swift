package import HexGrid

/// A driver as rebalancing sees them: free, or about to be.
package struct FleetDriver: Sendable, Hashable {
  package var driver: DriverID
  /// Where the driver is free, or will be.
  package var position: GeoPoint
  /// How long until then, in seconds; 0 for whoever is free now.
  package var freeInSeconds: Double
  /// Whether a move may be suggested to them: free, not on the way to an earlier suggestion, and not averse to one.
  package var isMovable: Bool

  /// Whether the driver is on a ride that ends there.
  package var isOnRide: Bool

  package init(
    driver: DriverID, position: GeoPoint, freeInSeconds: Double = 0, isMovable: Bool, isOnRide: Bool = false
  ) {
    self.isOnRide = isOnRide
    self.driver = driver
    self.position = position
    self.freeInSeconds = freeInSeconds
    self.isMovable = isMovable
  }
}

/// A move that is worth its drive.
package struct RebalanceMove: Sendable, Hashable {
  package var driver: DriverID
  /// Where the driver is to wait.
  package var target: GeoPoint
  /// The drive, in seconds.
  package var driveSeconds: Double

  package init(driver: DriverID, target: GeoPoint, driveSeconds: Double) {
    self.driver = driver
    self.target = target
    self.driveSeconds = driveSeconds
  }
}
