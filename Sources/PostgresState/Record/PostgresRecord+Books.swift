package import DispatchCore
internal import DispatchState
internal import PostgresClient

extension PostgresRecord: FareLedger {
  package func entries(of ride: RideID) async throws -> [LedgerEntry] {
    try await perform { try LedgerEntry.entries(of: try await pool.query(Self.entriesOfRide, [.id(ride)])) }
  }

  package func balance(of account: LedgerAccount) async throws -> [Money] {
    try await select(Self.balance, [.text(account.description)]) { row in
      var columns = ColumnReader(row)
      let currency = try columns.currency()
      return Money(minorUnits: try columns.int64(), currency: currency)
    }
  }

  static let entriesOfRide = PostgresStatement(
    """
    SELECT \(LedgerEntry.columns) FROM ledger_entries AS entry JOIN ledger_postings AS posting USING (entry_id)
    WHERE entry.ride_id = $1 ORDER BY entry.entry_id, posting.position
    """)

  private static let balance: PostgresStatement = """
    SELECT currency, sum(minor_units)::bigint FROM ledger_postings WHERE account = $1 GROUP BY currency
    ORDER BY currency
    """
}

extension PostgresRecord: TariffStore {
  package func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff? {
    try await select(
      Self.tariffInForce, [.id(region), .vehicleClass(vehicleClass), .time(time)], Tariff.init
    ).first
  }

  package func tariff(_ id: TariffID) async throws -> Tariff? {
    try await select(Self.tariffByID, [.id(id)], Tariff.init).first
  }

  package func add(_ tariff: Tariff) async throws {
    try await perform { _ = try await pool.query(Self.addTariff, tariff.parameters) }
  }

  private static let tariffInForce = PostgresStatement(
    """
    SELECT \(Tariff.columns) FROM tariffs WHERE region = $1 AND vehicle_class = $2 AND valid_from <= $3
    ORDER BY valid_from DESC, tariff_id DESC LIMIT 1
    """)

  private static let tariffByID = PostgresStatement("SELECT \(Tariff.columns) FROM tariffs WHERE tariff_id = $1")

  private static let addTariff = PostgresStatement(
    """
    INSERT INTO tariffs (\(Tariff.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (tariff_id) DO NOTHING
    """)
}
