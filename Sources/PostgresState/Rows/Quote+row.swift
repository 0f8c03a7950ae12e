internal import DispatchCore
internal import HexGrid
internal import PostgresClient

extension Quote {
  /// The columns that `init(columns:)` reads and `parameters` fills, in their order.
  static let columns = """
    quote_id, rider_id, region, vehicle_class, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude,
    currency, line_names, line_minor_units, line_details, distance_meters, duration_seconds, surge_tenths, surge_version, tariff_id,
    created_at, expires_at, idempotency_key, request_hash
    """

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    self.init(
      id: try columns.id(), rider: try columns.id(), region: try columns.id(), vehicleClass: try columns.vehicleClass(),
      pickup: try columns.point(), dropoff: try columns.point(), breakdown: try columns.breakdown(),
      distanceMeters: try columns.int(), durationSeconds: try columns.int(), surgeTenths: try columns.int(),
      surgeVersion: try columns.optionalInt().map(Int64.init), tariff: try columns.id(), createdAt: try columns.time(),
      expiresAt: try columns.time(),
      idempotencyKey: try columns.optionalText(), requestHash: try columns.hash())
  }

  /// How many columns there are.
  static let columnCount = 21

  /// The values of the columns. The lines' columns are arrays themselves, so they go as the texts of arrays.
  var elements: [ColumnArrays.Element] {
    [
      .id(id), .id(rider), .id(region), .vehicleClass(vehicleClass), .double(pickup.latitude),
      .double(pickup.longitude), .double(dropoff.latitude), .double(dropoff.longitude),
      .text(breakdown.currency.code), .text(PostgresValue.texts(breakdown.lines.map(\.name)).text),
      .text(PostgresValue.ints(breakdown.lines.map(\.minorUnits)).text),
      .text(PostgresValue.texts(breakdown.lines.map(\.detail)).text),
      .int(Int64(distanceMeters)), .int(Int64(durationSeconds)), .int(Int64(surgeTenths)), .int(surgeVersion),
      .id(tariff), .time(createdAt), .time(expiresAt), .text(idempotencyKey), .hash(requestHash),
    ]
  }
}
