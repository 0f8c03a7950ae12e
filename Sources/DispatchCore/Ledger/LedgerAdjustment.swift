/// A change to the money of a settled ride, asked for by its key once, however often it comes.
///
/// Each adds entries of its own and none depends on another, so any order gives the same books.
package struct LedgerAdjustment: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable, Hashable {
    /// Rider to driver.
    case tip
    /// Platform to rider; at most the charge.
    case refund
    /// Rider to driver, for something the fare has no line for.
    case adjustment
    /// Charge and payout are undone.
    case dispute
  }

  package var ride: RideID
  package var kind: Kind
  /// Tells one from another of the same kind; 1 to 64 characters of an id. A dispute needs none: there is one.
  package var key: String
  /// How much; nothing for a dispute.
  package var minorUnits: Int64
  package var reason: String?
  package var time: Timestamp

  package init(ride: RideID, kind: Kind, key: String, minorUnits: Int64, reason: String?, time: Timestamp) {
    self.ride = ride
    self.kind = kind
    self.key = key
    self.minorUnits = minorUnits
    self.reason = reason
    self.time = time
  }

  /// Why it is not possible.
  package enum Refusal: Error, Sendable, Hashable {
    case notPositive
    /// More is to be given back than was charged.
    case overCharge(Int64)
    /// Nobody drove the ride, or its books are not whole.
    case nothingToAdjust
  }

  /// The entries that it comes to.
  /// - Parameters:
  ///   - rider: who was charged.
  ///   - driver: who was paid.
  ///   - settlement: what was settled.
  package func entries(
    rider: RiderID, driver: DriverID, settlement: Settlement
  ) throws(Refusal) -> [LedgerEntry] {
    if kind == .dispute {
      let settled = settlement.entries.filter { $0.purpose == .charge || $0.purpose == .payout }
      let undone = settled.compactMap { $0.reversal(time: time, reason: reason) }
      guard undone.count == 2 else { throw .nothingToAdjust }
      return undone
    }
    guard minorUnits > 0, minorUnits <= Rounding.maximumMinorUnits else { throw .notPositive }
    let charged = settlement.charge.total.minorUnits
    if kind == .refund, minorUnits > charged { throw .overCharge(charged) }
    let (debit, credit, purpose): (LedgerAccount, LedgerAccount, LedgerPurpose) =
      switch kind {
      case .tip: (.rider(rider), .driver(driver), .tip)
      case .refund: (.refunds, .rider(rider), .refund)
      case .adjustment, .dispute: (.rider(rider), .driver(driver), .adjustment)
      }
    let entry = LedgerEntry(
      id: "\(ride):\(kind.rawValue):\(key)", ride: ride, purpose: purpose, time: time,
      currency: settlement.charge.currency,
      postings: [
        LedgerPosting(account: debit, minorUnits: minorUnits),
        LedgerPosting(account: credit, minorUnits: -minorUnits),
      ], reason: reason)
    guard let entry else { throw .nothingToAdjust }
    return [entry]
  }
}
