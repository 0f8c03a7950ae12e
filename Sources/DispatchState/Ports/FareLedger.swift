package import DispatchCore

/// The books: charges and payouts are written with the changes of rides that move the money; whatever comes later is posted here.
package protocol FareLedger: Sendable {
  /// The entries of a ride, by id.
  func entries(of ride: RideID) async throws -> [LedgerEntry]

  /// What an account holds: debits minus credits, in minor units, by currency.
  func balance(of account: LedgerAccount) async throws -> [Money]

  /// Adds entries, all or none; those that are there already stay as they are.
  /// - Parameters:
  ///   - entries: of one ride.
  ///   - settlement: what they charge, where they are a charge and a payout.
  /// - Returns: how many were new.
  /// - Throws: `StateError.idempotencyKeyReused` where an entry of that id is there with other postings.
  func post(_ entries: [LedgerEntry], settling settlement: Settlement?) async throws -> Int

  /// What moved an account, in the order of time and entry.
  /// - Parameters:
  ///   - account: whose.
  ///   - cursor: the last line known; nil begins.
  ///   - limit: at most so many.
  func statement(of account: LedgerAccount, after cursor: StatementLine?, limit: Int) async throws -> [StatementLine]

  /// Rides that riders called off, or did not show up for, after a driver had taken them, and of which no charge is kept; oldest
  /// first.
  /// - Parameters:
  ///   - region: the market.
  ///   - moment: those that ended before it.
  ///   - limit: at most so many.
  func unsettledCancellations(in region: RegionID, endedBefore moment: Timestamp, limit: Int) async throws -> [RideID]

  /// All debits and credits by account; riders' accounts as one, drivers' as one.
  func trialBalance() async throws -> [TrialBalanceLine]
}

/// One movement of an account.
package struct StatementLine: Sendable, Hashable {
  package var entry: String
  package var ride: RideID?
  package var purpose: LedgerPurpose
  package var time: Timestamp
  package var amount: Money
  package var reason: String?

  package init(
    entry: String, ride: RideID?, purpose: LedgerPurpose, time: Timestamp, amount: Money, reason: String?
  ) {
    self.entry = entry
    self.ride = ride
    self.purpose = purpose
    self.time = time
    self.amount = amount
    self.reason = reason
  }
}

/// The sums of an account, or of all accounts of a kind.
package struct TrialBalanceLine: Sendable, Hashable {
  /// `riders`, `drivers`, or an account.
  package var account: String
  package var currency: Currency
  package var debits: Int64
  /// Not negative.
  package var credits: Int64

  package init(account: String, currency: Currency, debits: Int64, credits: Int64) {
    self.account = account
    self.currency = currency
    self.debits = debits
    self.credits = credits
  }
}
