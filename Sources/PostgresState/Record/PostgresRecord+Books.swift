package import DispatchCore
package import DispatchState
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

  package func post(_ entries: [LedgerEntry], settling settlement: Settlement?) async throws -> Int {
    guard !entries.isEmpty else { return 0 }
    var books = BookArrays()
    if var settlement {
      settlement.entries = []
      books.append(settlement, step: 1)
    }
    for entry in entries { books.append(entry, step: 1) }
    let parameters = books.parameters + books.entryRemarks
    return try await perform {
      let added = try await pool.query(Self.postEntries, parameters).count
      if added < entries.count {
        // Entries never change, so what stood in the way is still there.
        let ids = entries.map(\.id)
        let known = try LedgerEntry.entries(of: try await pool.query(Self.entriesByID, [.texts(ids)]))
        let byID = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in entries where byID[entry.id]?.postings != entry.postings || byID[entry.id]?.currency != entry.currency {
          throw StateError.idempotencyKeyReused
        }
      }
      return added
    }
  }

  package func statement(
    of account: LedgerAccount, after cursor: StatementLine?, limit: Int
  ) async throws -> [StatementLine] {
    try await select(
      Self.statementLines,
      [.text(account.description), .int(cursor?.time.unixMilliseconds), .text(cursor?.entry), .limit(limit)]
    ) { row in
      var columns = ColumnReader(row)
      return StatementLine(
        entry: try columns.text(), ride: try columns.optionalID(), purpose: try columns.named(LedgerPurpose.self),
        time: try columns.time(),
        amount: Money(minorUnits: try columns.int64(), currency: try columns.currency()),
        reason: try columns.optionalText())
    }
  }

  package func unsettledCancellations(
    in region: RegionID, endedBefore moment: Timestamp, limit: Int
  ) async throws -> [RideID] {
    try await select(Self.unsettledCancellations, [.id(region), .time(moment), .limit(limit)]) { row in
      var columns = ColumnReader(row)
      return try columns.id()
    }
  }

  package func trialBalance() async throws -> [TrialBalanceLine] {
    try await select(Self.allBalances, []) { row in
      var columns = ColumnReader(row)
      return TrialBalanceLine(
        account: try columns.text(), currency: try columns.currency(), debits: try columns.int64(),
        credits: try columns.int64())
    }
  }

  private static let postEntries = PostgresStatement(
    "SELECT * FROM post_entries(\((1...23).map { "$\($0)" }.joined(separator: ", ")))")

  private static let entriesByID = PostgresStatement(
    """
    SELECT \(LedgerEntry.columns) FROM ledger_entries AS entry JOIN ledger_postings AS posting USING (entry_id)
    WHERE entry.entry_id = ANY ($1::text[]) ORDER BY entry.entry_id, posting.position
    """)

  private static let statementLines: PostgresStatement = """
    SELECT entry.entry_id, entry.ride_id, entry.purpose, entry.time, sum(posting.minor_units)::bigint, entry.currency,
      entry.reason
    FROM ledger_postings AS posting JOIN ledger_entries AS entry USING (entry_id)
    WHERE posting.account = $1 AND ($2::bigint IS NULL OR (entry.time, entry.entry_id) > ($2::bigint, $3::text))
    GROUP BY entry.entry_id ORDER BY entry.time, entry.entry_id LIMIT $4
    """

  private static let unsettledCancellations: PostgresStatement = """
    SELECT ride_id FROM rides
    WHERE region = $1 AND ended_at < $2 AND state IN ('cancelledByRider', 'noShow') AND accepted_at IS NOT NULL
      AND NOT is_charged
    ORDER BY ended_at, ride_id LIMIT $3
    """

  private static let allBalances: PostgresStatement = """
    SELECT account, currency, sum(greatest(minor_units, 0))::bigint, sum(greatest(-minor_units, 0))::bigint
    FROM (SELECT CASE split_part(account, ':', 1) WHEN 'rider' THEN 'riders' WHEN 'driver' THEN 'drivers'
      ELSE account END COLLATE "C" AS account, currency, minor_units FROM ledger_postings) AS posting
    GROUP BY account, currency ORDER BY account, currency
    """

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
