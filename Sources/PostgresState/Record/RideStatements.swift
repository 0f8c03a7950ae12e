internal import DispatchCore
internal import PostgresClient

/// The statements of `RideStore`.
extension PostgresRecord {
  /// Keeps quotes, in their order, each unless something stands in its way; tells which. One element per quote and column; see `Quote.elements`.
  static let insertQuotes = PostgresStatement(
    """
    INSERT INTO quotes (\(Quote.columns))
    SELECT quote.id, rider, region, class, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude,
      currency, names::text[], units::bigint[], details::text[], meters, seconds, surge, surge_version, tariff, created,
      expires, key, hash
    FROM unnest(
      $1::text[], $2::text[], $3::text[], $4::smallint[], $5::double precision[], $6::double precision[],
      $7::double precision[], $8::double precision[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[],
      $14::bigint[], $15::bigint[], $16::bigint[], $17::text[], $18::bigint[], $19::bigint[], $20::text[], $21::bigint[])
      AS quote (
        id, rider, region, class, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude, currency, names,
        units, details, meters, seconds, surge, surge_version, tariff, created, expires, key, hash)
    ON CONFLICT DO NOTHING RETURNING quote_id
    """)

  /// What kept a quote from being inserted: the rider's key first, else the id.
  static let knownQuote = PostgresStatement(
    """
    SELECT \(Quote.columns) FROM quotes WHERE rider_id = $1 AND idempotency_key = $2 OR quote_id = $3
    ORDER BY idempotency_key IS NOT DISTINCT FROM $2 DESC LIMIT 1
    """)

  static let quotesByID = PostgresStatement(
    "SELECT \(Quote.columns) FROM quotes WHERE quote_id = ANY ($1::text[])")

  /// Keeps rides, in their order, each unless something stands in its way, and then the messages of those that were kept; tells which. One element per ride
  /// and column, see `Ride.elements`, then one per message, which may be about something else; the last array says whose it is. The order matters: sequences are drawn once the ride is ours.
  static let insertRides: PostgresStatement = """
    WITH kept AS (
      INSERT INTO rides (
        ride_id, quote_id, rider_id, region, vehicle_class, pickup_latitude, pickup_longitude, dropoff_latitude,
        dropoff_longitude, pickup_cell, fare_minor_units, currency, requested_at, expires_at, idempotency_key,
        request_hash, state, version, driver_id, offer_round, excluded_drivers, accepted_at, arrived_at, started_at,
        completed_at, ended_at, pickup_eta_seconds, distance_meters, expected_seconds)
      SELECT ride.id, quote, rider, region, class, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude,
        cell, fare, currency, requested, expires, key, hash, state, version, driver, round, string_to_array(excluded, ','),
        accepted, arrived, started, completed, ended, eta, meters,
        (SELECT duration_seconds FROM quotes WHERE quote_id = ride.quote)
      FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::double precision[], $7::double precision[],
        $8::double precision[], $9::double precision[], $10::bigint[], $11::bigint[], $12::text[], $13::bigint[],
        $14::bigint[], $15::text[], $16::bigint[], $17::text[], $18::bigint[], $19::text[], $20::bigint[], $21::text[],
        $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::bigint[], $28::bigint[])
        AS ride (
          id, quote, rider, region, class, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude, cell,
          fare, currency, requested, expires, key, hash, state, version, driver, round, excluded, accepted, arrived,
          started, completed, ended, eta, meters)
      ON CONFLICT DO NOTHING RETURNING ride_id),
    sent AS (
      INSERT INTO outbox (type, feed_event, region, ride_id, driver_id, is_for_ride, time, body)
      SELECT message.type, message.feed_event, message.region, message.ride, message.driver, message.is_for_ride,
        message.time, message.body
      FROM kept JOIN unnest(
        $29::text[], $30::text[], $31::text[], $32::text[], $33::text[], $34::boolean[], $35::bigint[], $36::text[],
        $37::text[])
        WITH ORDINALITY AS message (type, feed_event, region, ride, driver, is_for_ride, time, body, owner, number)
        ON message.owner = kept.ride_id
      ORDER BY message.number)
    SELECT ride_id FROM kept
    """

  /// What kept a ride from being inserted: 1 the rider's key, 2 the quote (or the id, which is made of it), 3 the
  /// rider's active ride.
  static let obstacle = PostgresStatement(
    """
    SELECT 1, \(Ride.columns) FROM rides AS ride WHERE rider_id = $1 AND idempotency_key = $2
    UNION ALL
    SELECT 2, \(Ride.columns) FROM rides AS ride WHERE quote_id = $3 OR ride_id = $4
    UNION ALL
    SELECT 3, \(Ride.columns) FROM rides AS ride
    WHERE rider_id = $1 AND state IN ('requested', 'offered', 'accepted', 'arrived', 'started')
    ORDER BY 1 LIMIT 1
    """)

  static let rideByID = PostgresStatement("SELECT \(Ride.columns) FROM rides AS ride WHERE ride_id = $1")

  static let assignment = PostgresStatement(
    """
    SELECT \(Ride.columns), \(DriverActivity.columns)
    FROM rides AS ride LEFT JOIN drivers AS driver USING (driver_id) WHERE ride.ride_id = $1
    """)

  static let offerByID = PostgresStatement("SELECT \(Offer.columns) FROM offers AS offer WHERE offer_id = $1")

  static let openOffer = PostgresStatement(
    "SELECT \(Offer.columns) FROM offers AS offer WHERE ride_id = $1 AND state = 'open'")

  static let openRides = PostgresStatement(
    """
    SELECT \(Ride.columns) FROM rides AS ride WHERE region = $1 AND state = 'requested'
    ORDER BY requested_at, ride_id LIMIT $2
    """)

  static let lapsedOffers = PostgresStatement(
    """
    SELECT \(Ride.columns), \(DriverActivity.columns), \(Offer.columns)
    FROM offers AS offer JOIN rides AS ride USING (ride_id)
      LEFT JOIN drivers AS driver ON driver.driver_id = ride.driver_id
    WHERE offer.region = $1 AND offer.state = 'open' AND offer.expires_at <= $2
    ORDER BY offer.expires_at, offer.offer_id LIMIT $3
    """)

  /// The sum is a numeric, because both of its parts may lie at the ends of 64 bits.
  static let soonFreeDrivers: PostgresStatement = """
    SELECT driver.driver_id, driver.vehicle_class, ride.ride_id, ride.dropoff_latitude, ride.dropoff_longitude,
      ride.started_at, ending.at::bigint
    FROM rides AS ride
      JOIN drivers AS driver ON driver.driver_id = ride.driver_id AND driver.ride_id = ride.ride_id
        AND driver.offer_id IS NULL AND driver.next_ride_id IS NULL
      CROSS JOIN LATERAL (SELECT greatest(least(
        ride.started_at + ride.expected_seconds::numeric * 1000, 9223372036854775807),
        -9223372036854775808)) AS ending (at)
    WHERE ride.region = $1 AND ride.state = 'started' AND ride.expected_seconds IS NOT NULL AND ending.at <= $2
    ORDER BY ending.at, ride.ride_id LIMIT $3
    """

  static let lapsedRides = PostgresStatement(
    """
    SELECT \(Ride.columns) FROM rides AS ride WHERE region = $1 AND state = 'requested' AND expires_at <= $2
    ORDER BY requested_at, ride_id LIMIT $3
    """)

  static let unsettledRides = PostgresStatement(
    """
    SELECT \(Ride.columns) FROM rides AS ride
    WHERE region = $1 AND state = 'completed' AND (completed_at < $2 OR completed_at IS NULL)
    ORDER BY requested_at, ride_id LIMIT $3
    """)

  /// Three counts, each from an index of its own.
  static let demand: PostgresStatement = """
    SELECT pickup_cell, sum(demand), sum(open), sum(completed) FROM (
      SELECT pickup_cell, 1 AS demand, 0 AS open, 0 AS completed FROM rides WHERE region = $1 AND requested_at >= $2
      UNION ALL
      SELECT pickup_cell, 0, 1, 0 FROM rides WHERE region = $1 AND state IN ('requested', 'offered')
      UNION ALL
      SELECT pickup_cell, 0, 0, 1 FROM rides WHERE region = $1 AND completed_at >= $3) AS counted
    GROUP BY pickup_cell ORDER BY pickup_cell
    """

  static let charge: PostgresStatement = """
    SELECT currency, line_names, line_minor_units, line_details, payout_minor_units, commission_minor_units
    FROM charges WHERE ride_id = $1
    """

  /// Steps of rides in one round trip; see `migrations/0013_money.sql`.
  static let applyCommits = PostgresStatement(
    "SELECT * FROM apply_commits(\((1...CommitArrays.parameterCount).map { "$\($0)" }.joined(separator: ", ")))")
}
