package import HexGrid

/// A price that binds until it expires.
package struct Quote: Sendable, Hashable {
  package var id: QuoteID
  package var rider: RiderID
  package var region: RegionID
  package var vehicleClass: VehicleClass
  package var pickup: GeoPoint
  package var dropoff: GeoPoint
  package var breakdown: FareBreakdown
  /// The predicted way, in metres.
  package var distanceMeters: Int
  /// The predicted time aboard, in seconds.
  package var durationSeconds: Int
  /// The surge multiplier in tenths: 10 is 1.0.
  package var surgeTenths: Int
  /// The tick of the zones' prices that it was taken from; nil where none was in force.
  package var surgeVersion: Int64?
  package var tariff: TariffID
  package var createdAt: Timestamp
  package var expiresAt: Timestamp
  package var idempotencyKey: String?
  package var requestHash: UInt64

  package init(
    id: QuoteID, rider: RiderID, region: RegionID, vehicleClass: VehicleClass, pickup: GeoPoint, dropoff: GeoPoint,
    breakdown: FareBreakdown, distanceMeters: Int, durationSeconds: Int, surgeTenths: Int,
    surgeVersion: Int64? = nil, tariff: TariffID, createdAt: Timestamp, expiresAt: Timestamp, idempotencyKey: String? = nil, requestHash: UInt64 = 0
  ) {
    self.id = id
    self.rider = rider
    self.region = region
    self.vehicleClass = vehicleClass
    self.pickup = pickup
    self.dropoff = dropoff
    self.breakdown = breakdown
    self.distanceMeters = distanceMeters
    self.durationSeconds = durationSeconds
    self.surgeTenths = surgeTenths
    self.surgeVersion = surgeVersion
    self.tariff = tariff
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.idempotencyKey = idempotencyKey
    self.requestHash = requestHash
  }
}
