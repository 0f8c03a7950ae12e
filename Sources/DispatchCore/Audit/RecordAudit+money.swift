extension RecordAudit {
  /// The invariants of money: every entry balances, a ride is charged and paid out once, a charge is the sum of its lines, and what
  /// came in is what was shared out.
  static func money(_ rides: [Ride], _ settlements: [Settlement], _ entries: [LedgerEntry]) -> [Violation] {
    var found: [Violation] = []
    var books: [RideID: [LedgerEntry]] = [:]
    for entry in entries {
      let sum = entry.postings.reduce(0) { $0 &+ $1.minorUnits }
      if sum != 0 {
        found.append(
          Violation(invariant: "debitsEqualCredits", subject: entry.id, detail: "is off by \(sum) minor units"))
      }
      if let ride = entry.ride { books[ride, default: []].append(entry) }
    }
    let settled = Dictionary(settlements.map { ($0.ride, $0) }, uniquingKeysWith: { first, _ in first })
    for ride in rides {
      let own = books[ride.id] ?? []
      found += counts(of: own, ride)
      let isCharged = own.contains { $0.purpose == .charge }
      guard let settlement = settled[ride.id] else {
        if ride.state == .settled || isCharged {
          found.append(
            Violation(invariant: "settledRidesHaveFares", subject: ride.id.text, detail: "no fare is recorded"))
        }
        continue
      }
      found += shares(of: settlement, own)
    }
    return found + reversals(entries)
  }

  private static func counts(of entries: [LedgerEntry], _ ride: Ride) -> [Violation] {
    let counts = (entries.count { $0.purpose == .charge }, entries.count { $0.purpose == .payout })
    // A ride that was called off may cost something, at most once too.
    let mayCost = ride.state == .cancelledByRider || ride.state == .noShow
    let isRight = ride.state == .settled ? counts == (1, 1) : counts == (0, 0) || mayCost && counts == (1, 1)
    return isRight
      ? []
      : [
        Violation(
          invariant: "oneChargeAndPayout", subject: ride.id.text,
          detail: "\(counts.0) charges and \(counts.1) payouts in state \(ride.state.rawValue)")
      ]
  }

  private static func shares(of settlement: Settlement, _ entries: [LedgerEntry]) -> [Violation] {
    var found: [Violation] = []
    func sum(_ purpose: LedgerPurpose, _ isWanted: (LedgerAccount) -> Bool) -> Int64 {
      entries.filter { $0.purpose == purpose }.flatMap(\.postings).reduce(0) {
        isWanted($1.account) ? $0 &+ $1.minorUnits : $0
      }
    }
    let charge = settlement.charge
    let total = charge.total.minorUnits
    let charged = sum(.charge) { if case .rider = $0 { true } else { false } }
    if entries.contains(where: { $0.purpose == .charge }), charged != total {
      found.append(
        Violation(
          invariant: "chargeEqualsLines", subject: settlement.ride.text,
          detail: "charged \(charged), the lines come to \(total)"))
    }
    let paid = total - charge.sum(.promotion) + sum(.payout) { $0 == .topUps }
    let shared =
      settlement.payoutMinorUnits + settlement.commissionMinorUnits + charge.sum(.tax) + charge.sum(.toll)
    if paid != shared {
      found.append(
        Violation(
          invariant: "riderPaidEqualsShares", subject: settlement.ride.text,
          detail: "paid \(paid), shared out \(shared)"))
    }
    let refunds = sum(.refund) { $0 == .refunds }
    if refunds > total {
      found.append(
        Violation(
          invariant: "refundsWithinCharge", subject: settlement.ride.text,
          detail: "gave back \(refunds) of \(total)"))
    }
    return found
  }

  private static func reversals(_ entries: [LedgerEntry]) -> [Violation] {
    let known = Dictionary(entries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return entries.compactMap { entry in
      guard entry.purpose == .reversal else { return nil }
      let undone = entry.reverses.flatMap { known[$0] }
      let isRight = undone.map { original in
        var sums: [LedgerAccount: Int64] = [:]
        for posting in original.postings + entry.postings { sums[posting.account, default: 0] &+= posting.minorUnits }
        return sums.values.allSatisfy { $0 == 0 }
      }
      return isRight == true
        ? nil
        : Violation(invariant: "reversalsUndo", subject: entry.id, detail: "does not undo what it names")
    }
  }
}
