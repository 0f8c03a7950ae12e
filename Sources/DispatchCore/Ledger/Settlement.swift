/// All the money of one completed ride, or of one that was called off at a price.
package struct Settlement: Sendable, Hashable {
  package var ride: RideID
  /// What the rider pays, line by line.
  package var charge: FareBreakdown
  /// What the driver gets, in minor units: the part of the fare, tips and what tops it up to the least pay.
  package var payoutMinorUnits: Int64
  /// What the platform keeps, in minor units: commission and fees.
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

  /// Shares out the fare of a ride.
  /// - Parameters:
  ///   - ride: the ride; it must have had a driver.
  ///   - charge: what the rider pays, line by line.
  ///   - commissionBasisPoints: the platform's share of the lines of kind `fare`, in hundredths of a percent.
  ///   - rounding: how the share is rounded.
  ///   - floorMinorUnits: what the driver gets at least, tips apart.
  ///   - time: when the money moves.
  /// - Returns: nil where the ride had no driver or a part of the charge is negative that must not be.
  package init?(
    ride: Ride, charge: FareBreakdown, commissionBasisPoints: Int64, rounding: Rounding = .halfUp,
    floorMinorUnits: Int64 = 0, time: Timestamp
  ) {
    let total = charge.total.minorUnits
    let promotions = 0 - charge.sum(.promotion)
    let fare = charge.sum(.fare)
    guard let driver = ride.driver, total >= 0, promotions >= 0, fare >= 0, floorMinorUnits >= 0,
      charge.lines.allSatisfy({ $0.kind == .promotion || $0.kind == .fare || $0.minorUnits >= 0 })
    else { return nil }
    let commission = FareCalculator.share(of: fare, basisPoints: commissionBasisPoints, rounding: rounding)
    let earned = fare - commission
    let topUp = max(floorMinorUnits - earned, 0)
    let payout = earned + topUp + charge.sum(.tip)
    let kept = commission + charge.sum(.fee)
    func posting(_ account: LedgerAccount, _ minorUnits: Int64) -> [LedgerPosting] {
      minorUnits == 0 ? [] : [LedgerPosting(account: account, minorUnits: minorUnits)]
    }
    let taxes = charge.lines.filter { $0.kind == .tax }.flatMap { posting(.tax($0.name), -$0.minorUnits) }
    guard
      let charged = LedgerEntry(
        id: "\(ride.id):charge", ride: ride.id, purpose: .charge, time: time, currency: charge.currency,
        postings: [LedgerPosting(account: .rider(ride.rider), minorUnits: total)] + posting(.promotions, promotions)
          + [LedgerPosting(account: .fares, minorUnits: -total - promotions)]),
      let paid = LedgerEntry(
        id: "\(ride.id):payout", ride: ride.id, purpose: .payout, time: time, currency: charge.currency,
        postings: [LedgerPosting(account: .fares, minorUnits: total + promotions)] + posting(.topUps, topUp)
          + [
            LedgerPosting(account: .driver(driver), minorUnits: -payout),
            LedgerPosting(account: .commission, minorUnits: -kept),
          ] + taxes + posting(.tolls, -charge.sum(.toll)))
    else { return nil }
    self.ride = ride.id
    self.charge = charge
    payoutMinorUnits = payout
    commissionMinorUnits = kept
    entries = [charged, paid]
  }

  /// Settles a completed ride.
  /// - Returns: nil where it had no driver.
  package init?(ride: Ride, quote: Quote, tariff: Tariff, meter: Taximeter.Report? = nil, time: Timestamp) {
    let fare = FinalFare(ride, quote: quote, tariff: tariff, meter: meter)
    self.init(
      ride: ride, charge: fare.charge, commissionBasisPoints: tariff.commissionBasisPoints, rounding: tariff.rounding,
      floorMinorUnits: FinalFare.floorMinorUnits(ride, quote: quote, tariff: tariff, meter: meter), time: time)
  }

  /// What a ride costs that was called off after a driver had taken it; that it costs nothing is kept too, with the reason.
  /// - Returns: nil where no driver had taken it, or where it was not the rider who called it off.
  package init?(cancelled ride: Ride, tariff: Tariff, time: Timestamp) {
    guard ride.acceptedAt != nil, ride.state == .cancelledByRider || ride.state == .noShow,
      let fee = tariff.cancellation.fee(of: ride)
    else { return nil }
    let line = FareBreakdown.Line(
      name: ride.state == .noShow ? "noShow" : "cancellation", minorUnits: fee.minorUnits, kind: .fare, rule: fee.rule,
      inputs: [.init("reason", fee.reason)])
    self.init(
      ride: ride, charge: FareBreakdown(lines: [line], currency: tariff.currency),
      commissionBasisPoints: 10_000 - tariff.cancellation.driverBasisPoints, rounding: tariff.rounding, time: time)
  }

  /// What tops the driver's part up to the least pay, in minor units.
  package var topUpMinorUnits: Int64 {
    entries.reduce(0) { sum, entry in
      guard entry.purpose == .payout else { return sum }
      return entry.postings.reduce(sum) { $1.account == .topUps ? $0 + $1.minorUnits : $0 }
    }
  }
}
