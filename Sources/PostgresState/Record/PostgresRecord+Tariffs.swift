package import DispatchCore
internal import DispatchState
internal import PostgresClient

extension PostgresRecord: TariffStore {
  package func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff? {
    try await select(
      Self.tariffInForce, [.id(region), .vehicleClass(vehicleClass), .time(time)], Tariff.init
    ).first
  }

  package func tariff(_ id: TariffID) async throws -> Tariff? {
    try await select(Self.tariffByID, [.id(id)], Tariff.init).first
  }

  @discardableResult
  package func add(_ tariff: Tariff) async throws -> Tariff {
    try await perform {
      _ = try await pool.query(Self.addTariff, tariff.parameters)
      let kept = try await pool.query(Self.tariffByID, [.id(tariff.id)]).map(Tariff.init)
      return kept.first ?? tariff
    }
  }

  package func tariffs(in region: RegionID?) async throws -> [Tariff] {
    try await select(Self.allTariffs, [.id(region)], Tariff.init)
  }

  private static let tariffInForce: PostgresStatement = """
    SELECT document FROM tariffs
    WHERE region = $1 AND vehicle_class = $2 AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3)
    ORDER BY valid_from DESC, tariff_id DESC LIMIT 1
    """

  private static let tariffByID: PostgresStatement = "SELECT document FROM tariffs WHERE tariff_id = $1"

  private static let allTariffs: PostgresStatement = """
    SELECT document FROM tariffs WHERE $1::text IS NULL OR region = $1::text
    ORDER BY region, vehicle_class, valid_from, tariff_id
    """

  private static let addTariff = PostgresStatement(
    """
    INSERT INTO tariffs (\(Tariff.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tariff_id) DO NOTHING
    """)
}
