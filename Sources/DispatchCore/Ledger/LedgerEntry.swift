/// An event in the books: postings that sum to zero, written once and never changed.
package struct LedgerEntry: Sendable, Hashable {
  /// Unique; derived from the ride and the purpose, so that a retry writes nothing new.
  package var id: String
  package var ride: RideID?
  package var purpose: LedgerPurpose
  package var time: Timestamp
  package var currency: Currency
  package var postings: [LedgerPosting]
  /// Why, in the words of whoever asked for it.
  package var reason: String?
  /// The id of the entry that it undoes.
  package var reverses: String?

  /// Makes an entry.
  /// - Returns: nil where the postings do not sum to zero, or there are none.
  package init?(
    id: String, ride: RideID?, purpose: LedgerPurpose, time: Timestamp, currency: Currency, postings: [LedgerPosting],
    reason: String? = nil, reverses: String? = nil
  ) {
    // Wider than any amount, so that no sum wraps around to zero.
    guard !postings.isEmpty, postings.reduce(Int128(0), { $0 + Int128($1.minorUnits) }) == 0 else { return nil }
    self.id = id
    self.ride = ride
    self.purpose = purpose
    self.time = time
    self.currency = currency
    self.postings = postings
    self.reason = reason
    self.reverses = reverses
  }

  /// The entry that undoes this one.
  package func reversal(time: Timestamp, reason: String?) -> LedgerEntry? {
    LedgerEntry(
      id: "\(id):reversal", ride: ride, purpose: .reversal, time: time, currency: currency,
      postings: postings.map { LedgerPosting(account: $0.account, minorUnits: 0 &- $0.minorUnits) }, reason: reason,
      reverses: id)
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

/// Why an entry was written.
package enum LedgerPurpose: String, Sendable, CaseIterable, Hashable {
  /// The rider is charged; at most once per ride.
  case charge
  /// The driver is credited; at most once per ride.
  case payout
  /// The rider gives the driver something on top.
  case tip
  /// The rider gets something back from the platform.
  case refund
  /// The rider owes the driver something more, such as for cleaning.
  case adjustment
  /// Another entry is undone.
  case reversal
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
  /// What we owe an authority (a liability), by the name of the line.
  case tax(String)
  /// What we owe for roads (a liability).
  case tolls
  /// What the platform pays in riders' stead (an expense).
  case promotions
  /// What the platform adds up to drivers' least pay (an expense).
  case topUps
  /// What the platform gives back to riders (an expense).
  case refunds

  package var description: String {
    switch self {
    case .rider(let id): "rider:\(id)"
    case .driver(let id): "driver:\(id)"
    case .tax(let name): "tax:\(name)"
    case .fares: "fares"
    case .commission: "commission"
    case .tolls: "tolls"
    case .promotions: "promotions"
    case .topUps: "topUps"
    case .refunds: "refunds"
    }
  }

  /// Reads the text that `description` wrote, or that somebody typed.
  package init?(_ text: String) {
    switch text {
    case "fares": self = .fares
    case "commission": self = .commission
    case "tolls": self = .tolls
    case "promotions": self = .promotions
    case "topUps": self = .topUps
    case "refunds": self = .refunds
    default:
      guard let colon = text.firstIndex(of: ":") else { return nil }
      let name = String(text[text.index(after: colon)...])
      switch text[..<colon] {
      case "rider":
        guard let id = RiderID(name) else { return nil }
        self = .rider(id)
      case "driver":
        guard let id = DriverID(name) else { return nil }
        self = .driver(id)
      case "tax":
        guard TariffID(name) != nil else { return nil }
        self = .tax(name)
      default: return nil
      }
    }
  }
}
