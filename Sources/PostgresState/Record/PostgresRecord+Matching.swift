package import DispatchCore
package import DispatchState
internal import PostgresClient

extension PostgresRecord: MatchLog {
  package func append(_ rounds: [MatchRound], limits: MatchLogLimits) async throws {
    if rounds.isEmpty { return }
    try await perform {
      _ = try await pool.query(
        Self.appendRounds,
        [
          .texts(rounds.map(\.ride.text)), .ints(rounds.map(\.time.unixMilliseconds)),
          .texts(rounds.map(\.outcome.rawValue)), .texts(rounds.map { $0.driver?.text ?? "" }),
          .ints(rounds.map { Int64($0.openRides) }), .ints(rounds.map { Int64($0.ageSeconds) }),
          .ints(rounds.map { Int64($0.ageBonusDeciseconds) }), .ints(rounds.map { Int64(bitPattern: $0.digest) }),
          .texts(rounds.map(\.consideredText)), .texts(rounds.map(\.othersText)),
          .int(Int64(limits.roundsPerRide)), .int(Int64(limits.spacingSeconds) * 1_000),
        ])
    }
  }

  package func rounds(of ride: RideID) async throws -> [MatchRound] {
    try await select(Self.roundsOfRide, [.id(ride)], MatchRound.init)
  }

  package func forgetRounds(before moment: Timestamp, limit: Int) async throws -> Int {
    try await perform {
      Int(clamping: try await pool.query(Self.forgetRounds, [.time(moment), .limit(limit)]).affectedRows)
    }
  }

  /// Numbers go on from the ride's last round; where two write at once, one of them is enough.
  private static let appendRounds: PostgresStatement = """
    WITH added AS (
      SELECT * FROM unnest(
        $1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
        $9::text[], $10::text[])
        AS added (
          ride_id, time, outcome, driver_id, open_rides, age_seconds, age_bonus, digest, considered, others)),
    fresh AS MATERIALIZED (
      SELECT added.*, coalesce(last.number, 0) + 1 AS number
      FROM added LEFT JOIN LATERAL (
        SELECT kept.number, kept.time, kept.outcome, kept.digest FROM match_rounds AS kept
        WHERE kept.ride_id = added.ride_id ORDER BY kept.number DESC LIMIT 1) AS last ON true
      WHERE last.number IS NULL OR (
        last.digest <> added.digest AND last.time <= added.time
        AND NOT (last.outcome = 'unserved' AND added.outcome = 'unserved' AND last.time > added.time - $12::bigint))),
    gone AS (
      DELETE FROM match_rounds AS kept USING fresh
      WHERE kept.ride_id = fresh.ride_id AND kept.number <= fresh.number - $11::bigint)
    INSERT INTO match_rounds (
      ride_id, number, time, outcome, driver_id, open_rides, age_seconds, age_bonus, digest, considered, others)
    SELECT ride_id, number, time, outcome, nullif(driver_id, ''), open_rides, age_seconds, age_bonus, digest, considered,
      others
    FROM fresh
    ON CONFLICT DO NOTHING
    """

  private static let roundsOfRide = PostgresStatement(
    "SELECT \(MatchRound.columns) FROM match_rounds WHERE ride_id = $1 ORDER BY number")

  private static let forgetRounds: PostgresStatement = """
    DELETE FROM match_rounds WHERE (ride_id, number) IN (
      SELECT ride_id, number FROM match_rounds WHERE time < $1 ORDER BY time, ride_id, number LIMIT $2)
    """
}

extension PostgresRecord: BlockedPairStore {
  package func block(_ pair: BlockedPair, at time: Timestamp) async throws -> Bool {
    try await perform {
      try await pool.query(Self.block, [.id(pair.rider), .id(pair.driver), .time(time)]).affectedRows == 1
    }
  }

  package func unblock(_ pair: BlockedPair) async throws -> Bool {
    try await perform { try await pool.query(Self.unblock, [.id(pair.rider), .id(pair.driver)]).affectedRows == 1 }
  }

  package func blockedPairs(of riders: [RiderID]) async throws -> [BlockedPair] {
    if riders.isEmpty { return [] }
    return try await select(Self.blockedPairs, [.texts(riders.map(\.text))]) { row in
      var columns = ColumnReader(row)
      return BlockedPair(rider: try columns.id(), driver: try columns.id())
    }
  }

  private static let block: PostgresStatement = """
    INSERT INTO blocked_pairs (rider_id, driver_id, blocked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
    """

  private static let unblock: PostgresStatement = "DELETE FROM blocked_pairs WHERE rider_id = $1 AND driver_id = $2"

  private static let blockedPairs: PostgresStatement = """
    SELECT rider_id, driver_id FROM blocked_pairs WHERE rider_id = ANY ($1::text[]) ORDER BY rider_id, driver_id
    """
}
