internal import DispatchCore
internal import HexGrid
internal import PostgresClient

extension Ride {
  /// The columns that `init(columns:)` reads, in their order. Excluded drivers come as one text, because a row without
  /// arrays travels in binary form.
  static let columns = """
    ride.ride_id, ride.quote_id, ride.rider_id, ride.region, ride.vehicle_class, ride.pickup_latitude,
    ride.pickup_longitude, ride.dropoff_latitude, ride.dropoff_longitude, ride.pickup_cell, ride.fare_minor_units,
    ride.currency, ride.requested_at, ride.expires_at, ride.idempotency_key, ride.request_hash, ride.state, ride.version,
    ride.driver_id, ride.offer_round, array_to_string(ride.excluded_drivers, ','), ride.accepted_at, ride.arrived_at,
    ride.started_at, ride.completed_at, ride.ended_at, ride.pickup_eta_seconds, ride.distance_meters,
    ride.trip_report
    """

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    try self.init(columns: &columns)
  }

  init(columns: inout ColumnReader) throws {
    self.init(
      id: try columns.id(), quote: try columns.id(), rider: try columns.id(), region: try columns.id(),
      vehicleClass: try columns.vehicleClass(), pickup: try columns.point(), dropoff: try columns.point(),
      pickupCell: try columns.cell(),
      fare: Money(minorUnits: try columns.int64(), currency: try columns.currency()), requestedAt: try columns.time(),
      expiresAt: try columns.time(), idempotencyKey: try columns.optionalText(), requestHash: try columns.hash())
    state = try columns.named(RideState.self)
    version = try columns.int64()
    driver = try columns.optionalID()
    offerRound = try columns.int()
    excludedDrivers = try columns.ids()
    acceptedAt = try columns.optionalTime()
    arrivedAt = try columns.optionalTime()
    startedAt = try columns.optionalTime()
    completedAt = try columns.optionalTime()
    endedAt = try columns.optionalTime()
    pickupETASeconds = try columns.optionalInt()
    distanceMeters = try columns.optionalInt()
    report = try columns.optionalText().flatMap { TripReport(text: $0) }
  }

  /// How many columns a new ride fills.
  static let insertedColumnCount = 28

  /// The values of the columns of a new ride.
  var elements: [ColumnArrays.Element] {
    [
      .id(id), .id(quote), .id(rider), .id(region), .vehicleClass(vehicleClass), .double(pickup.latitude),
      .double(pickup.longitude), .double(dropoff.latitude), .double(dropoff.longitude), .cell(pickupCell),
      .int(fare.minorUnits), .text(fare.currency.code), .time(requestedAt), .time(expiresAt), .text(idempotencyKey),
      .hash(requestHash), .text(state.rawValue), .int(version), .id(driver), .int(Int64(offerRound)),
      .text(joinedExcludedDrivers), .time(acceptedAt), .time(arrivedAt), .time(startedAt), .time(completedAt),
      .time(endedAt), .int(pickupETASeconds.map(Int64.init)), .int(distanceMeters.map(Int64.init)),
    ]
  }

  /// Ids hold no commas.
  var joinedExcludedDrivers: String { excludedDrivers.map(\.text).joined(separator: ",") }
}
