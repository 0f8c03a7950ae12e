package import DispatchCore
package import DispatchState
internal import HexGrid
internal import PostgresClient

extension PostgresRecord: RideHistory {
  package func firstRequest(in region: RegionID) async throws -> Timestamp? {
    try await select(Self.firstRequest, [.id(region)]) { row in
      var columns = ColumnReader(row)
      return try columns.time()
    }.first
  }

  package func pastRides(
    in region: RegionID, from: Timestamp, _ page: PastRidePage, limit: Int
  ) async throws -> [PastRide] {
    let (statement, begin): (PostgresStatement, [PostgresValue]) =
      switch page {
      case .before(let moment): (Self.firstPastRides, [.time(moment)])
      case .after(let last): (Self.morePastRides, [.time(last.requestedAt), .id(last.ride)])
      }
    return try await select(statement, [.id(region), .time(from), .limit(limit)] + begin) { row in
      var columns = ColumnReader(row)
      return PastRide(
        ride: try columns.id(), requestedAt: try columns.time(), pickup: try columns.point(),
        dropoff: try columns.point(), startedAt: try columns.optionalTime(), completedAt: try columns.optionalTime())
    }
  }

  package func pastDemand(
    in region: RegionID, within span: Range<Timestamp>, after last: PastDemand?, limit: Int
  ) async throws -> [PastDemand] {
    let length = Int64(DemandHistory.intervalSeconds) * 1_000
    // What was counted at a moment are the requests of the 15 minutes before it.
    let first = (last?.start ?? span.lowerBound).advanced(byMilliseconds: length)
    let cell = last.map { Int64(bitPattern: $0.zone.rawValue) } ?? .min
    return try await select(
      Self.pastDemand, [.id(region), .time(first), .time(span.upperBound), .int(cell), .int(length), .limit(limit)]
    ) { row in
      var columns = ColumnReader(row)
      return PastDemand(
        start: try columns.time().advanced(byMilliseconds: -length), zone: try columns.cell(),
        requests: try columns.int())
    }
  }

  private static let firstRequest: PostgresStatement =
    "SELECT requested_at FROM rides WHERE region = $1 ORDER BY requested_at LIMIT 1"

  private static let pastRideColumns = """
    ride_id, requested_at, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude, started_at,
    completed_at
    """

  private static let firstPastRides = PostgresStatement(
    """
    SELECT \(pastRideColumns) FROM rides WHERE region = $1 AND requested_at >= $2 AND requested_at < $4
    ORDER BY requested_at DESC, ride_id DESC LIMIT $3
    """)

  /// The first bound on the time is what the index is entered with.
  private static let morePastRides = PostgresStatement(
    """
    SELECT \(pastRideColumns) FROM rides
    WHERE region = $1 AND requested_at >= $2 AND requested_at <= $4 AND (requested_at, ride_id) < ($4, $5)
    ORDER BY requested_at DESC, ride_id DESC LIMIT $3
    """)

  private static let pastDemand: PostgresStatement = """
    SELECT time, cell, demand FROM zone_history
    WHERE region = $1 AND time >= $2 AND time <= $3 AND (time, cell) > ($2, $4) AND time % $5 = 0 AND demand > 0
    ORDER BY time, cell LIMIT $6
    """
}
