/// An event in the books: postings that sum to zero, written once and never changed.
package struct LedgerEntry: Sendable, Hashable {
  /// Unique; derived from the ride and the purpose, so that a retry writes nothing new.
  package var id: String
  package var ride: RideID?
  package var purpose: LedgerPurpose
  package var time: Timestamp
  package var currency: Currency
  package var postings: [LedgerPosting]

  /// Makes an entry.
  /// - Returns: nil where the postings do not sum to zero, or there are none.
  package init?(
    id: String, ride: RideID?, purpose: LedgerPurpose, time: Timestamp, currency: Currency, postings: [LedgerPosting]
  ) {
    guard !postings.isEmpty, postings.reduce(0, { $0 &+ $1.minorUnits }) == 0 else { return nil }
    self.id = id
    self.ride = ride
    self.purpose = purpose
    self.time = time
    self.currency = currency
    self.postings = postings
  }
}

/// One side of an entry: debits are positive, credits negative.
package struct LedgerPosting: Sendable, Hashable {
  package var account: LedgerAccount
  /// Positive is a debit, negative a credit.
  package var minorUnits: Int64

  package init(account: LedgerAccount, minorUnits: Int64) {
    self.account = account
    self.minorUnits = minorUnits
  }
}

/// Why an entry was written; at most one of each per ride.
package enum LedgerPurpose: String, Sendable, CaseIterable, Hashable {
  /// The rider is charged.
  case charge
  /// The driver is credited.
  case payout
}

/// An account of the books.
package enum LedgerAccount: Sendable, Hashable, CustomStringConvertible {
  /// What a rider owes us (an asset).
  case rider(RiderID)
  /// What we owe a driver (a liability).
  case driver(DriverID)
  /// Fares earned, not yet shared out.
  case fares
  /// What the platform keeps.
  case commission

  package var description: String {
    switch self {
    case .rider(let id): "rider:\(id)"
    case .driver(let id): "driver:\(id)"
    case .fares: "fares"
    case .commission: "commission"
    }
  }
}
