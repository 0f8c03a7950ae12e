package import DispatchCore

/// The books: read here, written only with the changes that move money.
package protocol FareLedger: Sendable {
  /// The entries of a ride.
  func entries(of ride: RideID) async throws -> [LedgerEntry]

  /// What an account holds: debits minus credits, in minor units, by currency.
  func balance(of account: LedgerAccount) async throws -> [Money]
}
