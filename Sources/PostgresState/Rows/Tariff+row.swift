internal import DispatchCore
internal import PostgresClient

extension Tariff {
  /// The columns that `init(row:)` reads and `parameters` fills, in their order.
  static let columns = """
    tariff_id, region, vehicle_class, currency, valid_from, base_minor_units, per_kilometer_minor_units,
    per_minute_minor_units, minimum_minor_units, commission_basis_points
    """

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    self.init(
      id: try columns.id(), region: try columns.id(), vehicleClass: try columns.vehicleClass(),
      currency: try columns.currency(), validFrom: try columns.time(), baseMinorUnits: try columns.int64(),
      perKilometerMinorUnits: try columns.int64(), perMinuteMinorUnits: try columns.int64(),
      minimumMinorUnits: try columns.int64(), commissionBasisPoints: try columns.int64())
  }

  var parameters: [PostgresValue] {
    [
      .id(id), .id(region), .vehicleClass(vehicleClass), .text(currency.code), .time(validFrom), .int(baseMinorUnits),
      .int(perKilometerMinorUnits), .int(perMinuteMinorUnits), .int(minimumMinorUnits), .int(commissionBasisPoints),
    ]
  }
}
