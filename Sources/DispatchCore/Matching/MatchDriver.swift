package import HexGrid

/// A driver whom matching may choose: free now, or about to be.
package struct MatchDriver: Sendable, Hashable {
  package var driver: DriverID
  /// Where the driver is free: here and now, or at the drop-off of the present ride.
  package var position: GeoPoint
  /// The zone of that place.
  package var cell: HexCell
  package var vehicleClass: VehicleClass
  /// When the driver was last heard of.
  package var seenAt: Timestamp
  /// Whether somebody is aboard who did not come through us.
  package var isOccupied: Bool
  /// In how many seconds the driver is free; 0 where that is now.
  package var freeInSeconds: Double
  /// The ride that the driver is still on.
  package var presentRide: RideID?

  /// A driver who is free.
  package init(_ snapshot: DriverSnapshot) {
    driver = snapshot.driver
    position = snapshot.position
    cell = snapshot.cell
    vehicleClass = snapshot.vehicleClass
    seenAt = snapshot.seenAt
    isOccupied = snapshot.isOccupied
    freeInSeconds = 0
    presentRide = nil
  }

  /// A driver who is about to finish a ride.
  /// - Parameters:
  ///   - driver: who.
  ///   - ride: what the driver is still on.
  ///   - dropoff: where it ends.
  ///   - cell: the zone of that place.
  ///   - seconds: in how long it ends.
  ///   - seenAt: when the driver was last heard of.
  ///   - vehicleClass: the kind of car.
  package init(
    _ driver: DriverID, finishing ride: RideID, at dropoff: GeoPoint, cell: HexCell, inSeconds seconds: Double,
    seenAt: Timestamp, vehicleClass: VehicleClass
  ) {
    self.driver = driver
    position = dropoff
    self.cell = cell
    self.vehicleClass = vehicleClass
    self.seenAt = seenAt
    isOccupied = false
    freeInSeconds = seconds.isFinite ? max(seconds, 0) : 0
    presentRide = ride
  }
}
