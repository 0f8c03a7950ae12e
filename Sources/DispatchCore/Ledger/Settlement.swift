/// All the money of one completed ride.
package struct Settlement: Sendable, Hashable {
  package var ride: RideID
  /// What the rider pays, line by line.
  package var charge: FareBreakdown
  /// What the driver gets, in minor units.
  package var payoutMinorUnits: Int64
  /// What the platform keeps, in minor units.
  package var commissionMinorUnits: Int64
  /// The entries: one charge, one payout.
  package var entries: [LedgerEntry]

  /// Takes what was settled before, as a store kept it.
  package init(
    ride: RideID, charge: FareBreakdown, payoutMinorUnits: Int64, commissionMinorUnits: Int64, entries: [LedgerEntry]
  ) {
    self.ride = ride
    self.charge = charge
    self.payoutMinorUnits = payoutMinorUnits
    self.commissionMinorUnits = commissionMinorUnits
    self.entries = entries
  }

  /// Shares out the quoted fare of a completed ride.
  /// - Parameters:
  ///   - ride: the ride; it must have had a driver.
  ///   - charge: what was quoted, line by line.
  ///   - commissionBasisPoints: the platform's share, in hundredths of a percent.
  ///   - time: when the money moves.
  /// - Returns: nil where the ride had no driver or the charge is negative.
  package init?(ride: Ride, charge: FareBreakdown, commissionBasisPoints: Int64, time: Timestamp) {
    let total = charge.total.minorUnits
    guard let driver = ride.driver, total >= 0 else { return nil }
    let commission = FareCalculator.share(of: total, basisPoints: commissionBasisPoints)
    let payout = total - commission
    guard
      let charged = LedgerEntry(
        id: "\(ride.id):charge", ride: ride.id, purpose: .charge, time: time, currency: charge.currency,
        postings: [
          LedgerPosting(account: .rider(ride.rider), minorUnits: total),
          LedgerPosting(account: .fares, minorUnits: -total),
        ]),
      let paid = LedgerEntry(
        id: "\(ride.id):payout", ride: ride.id, purpose: .payout, time: time, currency: charge.currency,
        postings: [
          LedgerPosting(account: .fares, minorUnits: total),
          LedgerPosting(account: .driver(driver), minorUnits: -payout),
          LedgerPosting(account: .commission, minorUnits: -commission),
        ])
    else { return nil }
    self.ride = ride.id
    self.charge = charge
    payoutMinorUnits = payout
    commissionMinorUnits = commission
    entries = [charged, paid]
  }
}
