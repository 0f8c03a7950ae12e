internal import DispatchCore
internal import DispatchState
internal import PostgresClient

extension LedgerEntry {
  /// The columns that `entries(of:)` reads: one row per posting, ordered by entry and position.
  static let columns = """
    entry.entry_id, entry.ride_id, entry.purpose, entry.time, entry.currency, posting.account, posting.minor_units
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
        LedgerPosting(account: try LedgerAccount(description: try row.text(5)), minorUnits: try row.int(6)))
    }
    if let head { entries.append(try entry(head, postings)) }
    return entries
  }

  private static func entry(_ row: PostgresRow, _ postings: [LedgerPosting]) throws -> LedgerEntry {
    var columns = ColumnReader(row)
    let entry = LedgerEntry(
      id: try columns.text(), ride: try columns.optionalID(), purpose: try columns.named(LedgerPurpose.self),
      time: try columns.time(), currency: try columns.currency(), postings: postings)
    guard let entry else { throw StateError.corrupt("a ledger entry does not balance") }
    return entry
  }
}

extension LedgerAccount {
  /// Reads the text that `description` wrote.
  init(description: String) throws {
    if description == "fares" {
      self = .fares
    } else if description == "commission" {
      self = .commission
    } else if description.hasPrefix("rider:") {
      self = .rider(try ColumnReader.known(RiderID(String(description.dropFirst(6))), "account"))
    } else if description.hasPrefix("driver:") {
      self = .driver(try ColumnReader.known(DriverID(String(description.dropFirst(7))), "account"))
    } else {
      throw StateError.corrupt("an unknown account")
    }
  }
}
