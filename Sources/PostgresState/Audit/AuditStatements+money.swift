internal import PostgresClient

extension AuditStatement {
  /// The invariants of money.
  static let money = [
    AuditStatement(
      "debitsEqualCredits",
      """
      SELECT entry_id, 'is off by ' || sum(minor_units) || ' minor units' FROM ledger_postings
      GROUP BY entry_id HAVING sum(minor_units) <> 0
      """),
    AuditStatement(
      "oneChargeAndPayout",
      """
      SELECT ride_id, coalesce(books.charges, 0) || ' charges and ' || coalesce(books.payouts, 0)
        || ' payouts in state ' || state
      FROM rides LEFT JOIN (
        SELECT ride_id, count(*) FILTER (WHERE purpose = 'charge') AS charges,
          count(*) FILTER (WHERE purpose = 'payout') AS payouts
        FROM ledger_entries GROUP BY ride_id) AS books USING (ride_id)
      WHERE NOT CASE
        WHEN state = 'settled' THEN coalesce(books.charges, 0) = 1 AND coalesce(books.payouts, 0) = 1
        WHEN state IN ('cancelledByRider', 'noShow') THEN coalesce(books.charges, 0) = coalesce(books.payouts, 0)
          AND coalesce(books.charges, 0) <= 1
        ELSE coalesce(books.charges, 0) = 0 AND coalesce(books.payouts, 0) = 0 END
      """),
    AuditStatement(
      "settledRidesHaveFares",
      """
      SELECT ride_id, 'no fare is recorded' FROM rides LEFT JOIN charges USING (ride_id)
      WHERE charges.ride_id IS NULL AND (state = 'settled' OR EXISTS (
        SELECT FROM ledger_entries WHERE ledger_entries.ride_id = rides.ride_id AND purpose = 'charge'))
      """),
    AuditStatement(
      "chargeEqualsLines",
      """
      SELECT ride_id, 'charged ' || charged || ', the lines come to ' || fare_total(line_minor_units)
      FROM charges JOIN rides USING (ride_id) JOIN (
        SELECT ride_id, coalesce(sum(minor_units) FILTER (WHERE account LIKE 'rider:%'), 0) AS charged
        FROM ledger_entries JOIN ledger_postings USING (entry_id) WHERE purpose = 'charge' GROUP BY ride_id) AS books
        USING (ride_id)
      WHERE charged <> fare_total(line_minor_units)
      """),
    AuditStatement(
      "riderPaidEqualsShares",
      """
      SELECT ride_id, 'paid ' || paid || ', shared out ' || shared FROM (
        SELECT ride_id, fare_total(line_minor_units) - fare_kind_total(line_minor_units, line_details, 'promotion')
            + coalesce(books.top_ups, 0) AS paid,
          payout_minor_units + commission_minor_units + fare_kind_total(line_minor_units, line_details, 'tax')
            + fare_kind_total(line_minor_units, line_details, 'toll') AS shared
        FROM charges JOIN rides USING (ride_id) LEFT JOIN (
          SELECT ride_id, sum(minor_units)::bigint AS top_ups FROM ledger_entries JOIN ledger_postings USING (entry_id)
          WHERE purpose = 'payout' AND account = 'topUps' GROUP BY ride_id) AS books USING (ride_id)) AS sums
      WHERE paid <> shared
      """),
    AuditStatement(
      "refundsWithinCharge",
      """
      SELECT ride_id, 'gave back ' || refunds || ' of ' || fare_total(line_minor_units)
      FROM charges JOIN rides USING (ride_id) JOIN (
        SELECT ride_id, sum(minor_units)::bigint AS refunds FROM ledger_entries JOIN ledger_postings USING (entry_id)
        WHERE purpose = 'refund' AND account = 'refunds' GROUP BY ride_id) AS books USING (ride_id)
      WHERE refunds > fare_total(line_minor_units)
      """),
    AuditStatement(
      "reversalsUndo",
      """
      SELECT entry.entry_id, 'does not undo what it names' FROM ledger_entries AS entry
      WHERE entry.purpose = 'reversal' AND EXISTS (
        SELECT FROM ledger_postings AS posting WHERE posting.entry_id IN (entry.entry_id, entry.reverses)
        GROUP BY posting.account HAVING sum(posting.minor_units) <> 0)
      """),
  ]
}
