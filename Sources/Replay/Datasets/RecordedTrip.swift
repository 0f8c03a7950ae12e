package import HexGrid

/// One recorded trip: a request for the simulated riders.
package struct RecordedTrip: Hashable, Sendable {
  /// When the passenger got in, in milliseconds since 1970.
  package var pickupMilliseconds: Int64
  /// When the passenger got out; nil where the file does not tell.
  package var dropoffMilliseconds: Int64?
  /// Where the passenger got in.
  package var pickup: GeoPoint
  /// Where the passenger got out.
  package var dropoff: GeoPoint

  /// Creates a trip.
  package init(pickupMilliseconds: Int64, dropoffMilliseconds: Int64?, pickup: GeoPoint, dropoff: GeoPoint) {
    self.pickupMilliseconds = pickupMilliseconds
    self.dropoffMilliseconds = dropoffMilliseconds
    self.pickup = pickup
    self.dropoff = dropoff
  }

  /// How long the trip took; nil where the file does not tell.
  package var durationMilliseconds: Int64? {
    dropoffMilliseconds.map { $0 - pickupMilliseconds }
  }

  /// The great-circle distance from pickup to drop-off in metres.
  package var crowMeters: Double { pickup.distanceMeters(to: dropoff) }
}
