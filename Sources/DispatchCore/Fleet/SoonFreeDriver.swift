package import HexGrid

/// A driver with a rider aboard and nothing in store yet, who could be offered the next ride.
package struct SoonFreeDriver: Sendable, Hashable {
  package var driver: DriverID
  package var vehicleClass: VehicleClass
  /// The ride that the driver is on.
  package var ride: RideID
  /// Where that ride ends.
  package var dropoff: GeoPoint
  package var startedAt: Timestamp
  /// When that ride should end, going by its quote; may have passed.
  package var expectedFreeAt: Timestamp

  package init(
    driver: DriverID, vehicleClass: VehicleClass, ride: RideID, dropoff: GeoPoint, startedAt: Timestamp,
    expectedFreeAt: Timestamp
  ) {
    self.driver = driver
    self.vehicleClass = vehicleClass
    self.ride = ride
    self.dropoff = dropoff
    self.startedAt = startedAt
    self.expectedFreeAt = expectedFreeAt
  }

  /// How long the ride should still take, in seconds; 0 where it should have ended.
  package func secondsLeft(at now: Timestamp) -> Int {
    Int(clamping: max(expectedFreeAt.milliseconds(since: now), 0) / 1_000)
  }
}
