package import HexGrid

/// What a ride on record teaches: somebody asked for it, and perhaps was driven.
package struct PastRide: Sendable, Hashable {
  package var ride: RideID
  package var requestedAt: Timestamp
  package var pickup: GeoPoint
  package var dropoff: GeoPoint
  /// When the rider got in; nil where nobody came.
  package var startedAt: Timestamp?
  /// When the ride ended; nil where it did not.
  package var completedAt: Timestamp?

  package init(
    ride: RideID, requestedAt: Timestamp, pickup: GeoPoint, dropoff: GeoPoint, startedAt: Timestamp?,
    completedAt: Timestamp?
  ) {
    self.ride = ride
    self.requestedAt = requestedAt
    self.pickup = pickup
    self.dropoff = dropoff
    self.startedAt = startedAt
    self.completedAt = completedAt
  }
}

/// The requests of a zone within one interval of 15 minutes of its history.
package struct PastDemand: Sendable, Hashable {
  /// The beginning of the interval.
  package var start: Timestamp
  package var zone: HexCell
  package var requests: Int

  package init(start: Timestamp, zone: HexCell, requests: Int) {
    self.start = start
    self.zone = zone
    self.requests = requests
  }
}
