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
      Self.loads, [.ints(ranges.map(\.first)), .ints(ranges.map(\.last)), .time(from), .time(to)]
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
    ON CONFLICT (region, time, cell) DO UPDATE SET
      demand = excluded.demand, supply = excluded.supply, idle = excluded.idle,
      open_requests = excluded.open_requests, completed = excluded.completed
    """

  private static let loads: PostgresStatement = """
    SELECT load.time, sum(load.demand)::bigint, sum(load.supply)::bigint, sum(load.idle)::bigint,
      sum(load.open_requests)::bigint, sum(load.completed)::bigint
    FROM unnest($1::bigint[], $2::bigint[]) AS range (first, last)
    JOIN zone_history AS load ON load.cell BETWEEN range.first AND range.last
    WHERE load.time >= $3 AND load.time < $4
    GROUP BY load.time ORDER BY load.time
    """
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
