package import DispatchCore
internal import DispatchState
internal import PostgresClient

extension PostgresRecord: TariffStore {
  package func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff? {
    let key = TariffsInForce.Key(region: region, vehicleClass: vehicleClass)
    if let versions = tariffs.versions(key) { return TariffsInForce.inForce(versions, at: time) }
    let (start, additions) = (ContinuousClock.now, tariffs.additions)
    let versions = try await select(Self.tariffsOfClass, [.id(region), .vehicleClass(vehicleClass)], Tariff.init)
    tariffs.remember(versions, of: key, after: additions, asOf: start)
    return TariffsInForce.inForce(versions, at: time)
  }

  package func tariff(_ id: TariffID) async throws -> Tariff? {
    try await select(Self.tariffByID, [.id(id)], Tariff.init).first
  }

  @discardableResult
  package func add(_ tariff: Tariff) async throws -> Tariff {
    // Also after a failure: it may have been added.
    defer { tariffs.forget() }
    return try await perform {
      _ = try await pool.query(Self.addTariff, tariff.parameters)
      let kept = try await pool.query(Self.tariffByID, [.id(tariff.id)]).map(Tariff.init)
      return kept.first ?? tariff
    }
  }

  package func tariffs(in region: RegionID?) async throws -> [Tariff] {
    try await select(Self.allTariffs, [.id(region)], Tariff.init)
  }

  private static let tariffsOfClass: PostgresStatement =
    "SELECT document FROM tariffs WHERE region = $1 AND vehicle_class = $2"

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
