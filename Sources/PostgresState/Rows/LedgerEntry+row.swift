internal import DispatchCore
internal import DispatchState
internal import PostgresClient

extension LedgerEntry {
  /// The columns that `entries(of:)` reads: one row per posting, ordered by entry and position.
  static let columns = """
    entry.entry_id, entry.ride_id, entry.purpose, entry.time, entry.currency, entry.reason, entry.reverses,
    posting.account, posting.minor_units
    """

  /// Reads entries from their postings' rows.
  static func entries(of rows: PostgresRows) throws -> [LedgerEntry] {
    var entries: [LedgerEntry] = []
    var head: PostgresRow?
    var postings: [LedgerPosting] = []
    for row in rows {
      if let first = head, try first.text(0) != row.text(0) {
        entries.append(try entry(first, postings))
        postings = []
        head = row
      }
      head = head ?? row
      postings.append(
        LedgerPosting(account: try ColumnReader.known(LedgerAccount(try row.text(7)), "account"),
          minorUnits: try row.int(8)))
    }
    if let head { entries.append(try entry(head, postings)) }
    return entries
  }

  private static func entry(_ row: PostgresRow, _ postings: [LedgerPosting]) throws -> LedgerEntry {
    var columns = ColumnReader(row)
    let entry = LedgerEntry(
      id: try columns.text(), ride: try columns.optionalID(), purpose: try columns.named(LedgerPurpose.self),
      time: try columns.time(), currency: try columns.currency(), postings: postings,
      reason: try columns.optionalText(), reverses: try columns.optionalText())
    guard let entry else { throw StateError.corrupt("a ledger entry does not balance") }
    return entry
  }
}
