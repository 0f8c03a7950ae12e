package import HexGrid

/// A rider's request and what became of it.
package struct Ride: Sendable, Hashable {
  package var id: RideID
  package var quote: QuoteID
  package var rider: RiderID
  package var region: RegionID
  package var vehicleClass: VehicleClass
  package var pickup: GeoPoint
  package var dropoff: GeoPoint
  /// The zone of the pickup.
  package var pickupCell: HexCell
  package var state: RideState
  /// Grows by one with every change; changes apply by compare-and-set on it.
  package var version: Int64
  /// The driver who is offered it or drives it.
  package var driver: DriverID?
  /// How many offers were made.
  package var offerRound: Int
  /// Drivers who declined, let lapse or gave back; never asked again.
  package var excludedDrivers: [DriverID]
  /// What the rider was quoted.
  package var fare: Money
  package var requestedAt: Timestamp
  /// When the request ends by itself if nobody was found.
  package var expiresAt: Timestamp
  package var acceptedAt: Timestamp?
  package var arrivedAt: Timestamp?
  package var startedAt: Timestamp?
  package var completedAt: Timestamp?
  /// When it reached a final state.
  package var endedAt: Timestamp?
  /// Seconds to the pickup, estimated when the present offer was made.
  package var pickupETASeconds: Int?
  /// Metres driven with the rider aboard, as reported on completion.
  package var distanceMeters: Int?
  /// What else the driver told on completion.
  package var report: TripReport?
  /// The rider's idempotency key, if one was sent.
  package var idempotencyKey: String?
  /// A hash of the request's body, to tell a retry from another request.
  package var requestHash: UInt64

  package init(
    id: RideID, quote: QuoteID, rider: RiderID, region: RegionID, vehicleClass: VehicleClass, pickup: GeoPoint,
    dropoff: GeoPoint, pickupCell: HexCell, fare: Money, requestedAt: Timestamp, expiresAt: Timestamp,
    idempotencyKey: String? = nil, requestHash: UInt64 = 0
  ) {
    self.id = id
    self.quote = quote
    self.rider = rider
    self.region = region
    self.vehicleClass = vehicleClass
    self.pickup = pickup
    self.dropoff = dropoff
    self.pickupCell = pickupCell
    state = .requested
    version = 1
    offerRound = 0
    excludedDrivers = []
    self.fare = fare
    self.requestedAt = requestedAt
    self.expiresAt = expiresAt
    self.idempotencyKey = idempotencyKey
    self.requestHash = requestHash
  }
}
