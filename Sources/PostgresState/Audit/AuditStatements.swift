internal import DispatchCore
internal import PostgresClient

/// The invariants of `RecordAudit`, each as a statement over whole tables that answers subject and detail of every
/// violation.
///
/// They run in one snapshot. `RecordAudit` is the reference: on the same data both find the same.
struct AuditStatement: Sendable {
  /// What is compared with the present time.
  enum Deadline: Sendable {
    case none
    case grace
    case settlement
  }

  var invariant: String
  var deadline: Deadline
  var statement: PostgresStatement

  init(_ invariant: String, deadline: Deadline = .none, _ sql: StaticString) {
    self.invariant = invariant
    self.deadline = deadline
    // So many violations of one kind are enough to see what is wrong.
    statement = PostgresStatement("SELECT * FROM (\(sql)) AS violation (subject, detail) ORDER BY subject LIMIT 1000")
  }

  static let counts: PostgresStatement =
    "SELECT (SELECT count(*) FROM rides), (SELECT count(*) FROM ledger_entries)"

  static let all = assignments + driversAgree + deadlines + money

  private static let assignments = [
    AuditStatement(
      "oneActiveRidePerDriver",
      """
      SELECT driver_id, 'is on ' || string_agg(ride_id, ', ' ORDER BY ride_id)
      FROM rides WHERE state IN ('accepted', 'arrived', 'started') AND driver_id IS NOT NULL GROUP BY driver_id
      HAVING count(*) FILTER (WHERE state IN ('accepted', 'arrived')) > 1
        OR count(*) FILTER (WHERE state IN ('arrived', 'started')) > 1
      """),
    AuditStatement(
      "activeRideHasDriver",
      """
      SELECT ride_id, 'no driver in ' || state FROM rides
      WHERE state IN ('accepted', 'arrived', 'started') AND driver_id IS NULL
      """),
    AuditStatement(
      "oneOpenOfferPerOfferedRide",
      """
      SELECT ride_id, coalesce(open.count, 0) || ' open offers in state ' || state FROM rides
      LEFT JOIN (SELECT ride_id, count(*) FROM offers WHERE state = 'open' GROUP BY ride_id) AS open USING (ride_id)
      WHERE open.count > 1 OR (coalesce(open.count, 0) = 1) <> (state = 'offered')
      """),
    AuditStatement(
      "stepsInOrder",
      """
      SELECT ride_id, 'a step lies before the one it follows' FROM rides
      WHERE requested_at > least(accepted_at, arrived_at, started_at, completed_at)
        OR accepted_at > least(arrived_at, started_at, completed_at)
        OR arrived_at > least(started_at, completed_at) OR started_at > completed_at
      """),
    AuditStatement(
      "finalRidesHaveEnded",
      """
      SELECT ride_id, 'state ' || state FROM rides
      WHERE (state IN ('settled', 'expired', 'cancelledByRider', 'cancelledByDriver', 'noShow', 'failed'))
        <> (ended_at IS NOT NULL)
      """),
    AuditStatement(
      "acceptedBeforeExpiry",
      """
      SELECT offer_id, 'was accepted after its end' FROM offers JOIN rides USING (ride_id)
      WHERE offers.state = 'accepted' AND answered_at >= offers.expires_at
      """),
  ]

  private static let driversAgree = [
    AuditStatement(
      "busyDriversDrive",
      """
      SELECT driver.driver_id, 'is busy with ' || driver.ride_id || ', which is not under way with them'
      FROM drivers AS driver LEFT JOIN rides AS ride USING (ride_id)
      WHERE driver.activity = 'busy'
        AND (ride.driver_id = driver.driver_id AND ride.state IN ('accepted', 'arrived', 'started')) IS NOT TRUE
      UNION ALL
      SELECT ride.ride_id, 'is ' || ride.state || ', but its driver is not busy with it' FROM rides AS ride
      WHERE ride.state IN ('accepted', 'arrived', 'started')
        AND NOT EXISTS (SELECT FROM drivers WHERE drivers.ride_id = ride.ride_id)
        AND NOT EXISTS (SELECT FROM drivers WHERE drivers.next_ride_id = ride.ride_id)
      """),
    AuditStatement(
      "nextRidesWait",
      """
      SELECT driver.driver_id, 'goes to ' || driver.next_ride_id || ' next, which does not wait for them'
      FROM drivers AS driver LEFT JOIN rides AS ride ON ride.ride_id = driver.next_ride_id
      WHERE driver.next_ride_id IS NOT NULL
        AND (ride.driver_id = driver.driver_id AND ride.state = 'accepted') IS NOT TRUE
      """),
    AuditStatement(
      "nextRidesFollow",
      """
      SELECT driver.driver_id, 'has something in store before the rider of ' || driver.ride_id || ' is aboard'
      FROM drivers AS driver LEFT JOIN rides AS ride ON ride.ride_id = driver.ride_id
      WHERE driver.activity = 'busy' AND coalesce(driver.offer_id, driver.next_ride_id) IS NOT NULL
        AND ride.state IS DISTINCT FROM 'started'
      """),
    AuditStatement(
      "reservationsHaveOffers",
      """
      SELECT driver.driver_id, 'is reserved by ' || driver.offer_id || ', which is not open'
      FROM drivers AS driver LEFT JOIN offers AS offer ON offer.offer_id = driver.offer_id AND offer.state = 'open'
      WHERE driver.offer_id IS NOT NULL AND offer.driver_id IS DISTINCT FROM driver.driver_id
      """),
  ]

  private static let deadlines = [
    AuditStatement(
      "offersLapse", deadline: .grace,
      "SELECT offer_id, 'is open past its end' FROM offers WHERE state = 'open' AND expires_at < $1"),
    AuditStatement(
      "requestsEnd", deadline: .grace,
      "SELECT ride_id, 'waits past its end' FROM rides WHERE state = 'requested' AND expires_at < $1"),
    AuditStatement(
      "completedRidesSettle", deadline: .settlement,
      "SELECT ride_id, 'is unsettled after 10 minutes' FROM rides WHERE state = 'completed' AND completed_at < $1"),
  ]
}
