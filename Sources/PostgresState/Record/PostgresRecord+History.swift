package import DispatchCore
package import DispatchState
package import HexGrid
internal import PostgresClient

extension PostgresRecord: ZoneHistory {
  package func append(_ loads: [ZoneLoad], in region: RegionID, at time: Timestamp) async throws {
    let columns: [(ZoneLoad) -> Int64] = [
      { Int64(bitPattern: $0.cell.rawValue) }, { Int64($0.demand) }, { Int64($0.supply) }, { Int64($0.idle) },
      { Int64($0.openRequests) }, { Int64($0.completed) },
    ]
    try await perform {
      _ = try await pool.pipelinedTransaction([
        PostgresCall(Self.forgetLoads, [.id(region), .time(time)]),
        PostgresCall(
          Self.addLoads, [.id(region), .time(time)] + columns.map { column in .ints(loads.map { column($0) }) }),
      ])
    }
  }

  package func loads(
    of cell: HexCell, from: Timestamp, to: Timestamp
  ) async throws -> [(time: Timestamp, load: ZoneLoad)] {
    let ranges = ChildRange.all(of: cell)
    return try await select(
      Self.loads(ranges: ranges.count), [.time(from), .time(to)] + ranges.flatMap { [.int($0.first), .int($0.last)] }
    ) { row in
      var columns = ColumnReader(row)
      let time = try columns.time()
      var load = ZoneLoad(cell: cell)
      load.demand = try columns.int()
      load.supply = try columns.int()
      load.idle = try columns.int()
      load.openRequests = try columns.int()
      load.completed = try columns.int()
      return (time, load)
    }
  }

  private static let forgetLoads: PostgresStatement = "DELETE FROM zone_history WHERE region = $1 AND time = $2"

  /// Two who count the same moment at once do not fail: the later replaces what both have.
  private static let addLoads: PostgresStatement = """
    INSERT INTO zone_history (region, time, cell, demand, supply, idle, open_requests, completed)
    SELECT $1, $2, load.* FROM unnest(
      $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]) AS load
    ON CONFLICT (time, region, cell) DO UPDATE SET
      demand = excluded.demand, supply = excluded.supply, idle = excluded.idle,
      open_requests = excluded.open_requests, completed = excluded.completed
    """

  /// Each range is a part of its own, so that each is looked up in the index.
  private static func loads(ranges: Int) -> PostgresStatement {
    let parts = (0..<ranges).map { range in
      "SELECT * FROM zone_history WHERE cell BETWEEN $\(2 * range + 3) AND $\(2 * range + 4) AND time >= $1 AND time < $2"
    }
    return PostgresStatement(
      """
      SELECT time, sum(demand)::bigint, sum(supply)::bigint, sum(idle)::bigint, sum(open_requests)::bigint,
        sum(completed)::bigint
      FROM (\(parts.joined(separator: " UNION ALL "))) AS load GROUP BY time ORDER BY time
      """)
  }
}

extension PostgresRecord: ClockStore {
  package func clockSetting() async throws -> ClockSetting? {
    try await select("SELECT city, real, rate FROM clock_setting") { row in
      var columns = ColumnReader(row)
      return ClockSetting(city: try columns.time(), real: try columns.time(), rate: try columns.double())
    }.first
  }

  package func keep(_ setting: ClockSetting) async throws {
    try await perform {
      _ = try await pool.query(Self.keepClock, [.time(setting.city), .time(setting.real), .double(setting.rate)])
    }
  }

  private static let keepClock: PostgresStatement = """
    INSERT INTO clock_setting (city, real, rate) VALUES ($1, $2, $3)
    ON CONFLICT (is_only) DO UPDATE SET city = excluded.city, real = excluded.real, rate = excluded.rate
    """
}
