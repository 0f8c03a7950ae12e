/// One recorded trip: a request for the simulated riders.
package struct RecordedTrip: Hashable, Sendable {
  /// When the passenger got in, in milliseconds since 1970.
  package var pickupMilliseconds: Int64
  /// When the passenger got out; nil where the file does not tell.
  package var dropoffMilliseconds: Int64?
  /// Where the passenger got in.
  package var pickup: Place
  /// Where the passenger got out.
  package var dropoff: Place

  /// Creates a trip.
  package init(pickupMilliseconds: Int64, dropoffMilliseconds: Int64?, pickup: Place, dropoff: Place) {
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
