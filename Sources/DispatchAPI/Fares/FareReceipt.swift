import DispatchCore
import FunctionKit

/// A receipt as plain text.
package struct FareReceipt: Sendable {
  /// The text, lines of at most 72 columns where names allow.
  package let text: String

  /// Writes the receipt of a ride.
  package init(_ fare: FareDesk.Fare) {
    let charge = fare.settlement.charge
    let currency = charge.currency
    var lines = ["Receipt for ride \(fare.ride.id)"]
    if let completed = fare.ride.completedAt ?? fare.ride.endedAt { lines.append("Ended \(RFC3339.text(completed))") }
    lines.append("")
    for line in charge.lines {
      lines.append(Self.row(line.name, Money(minorUnits: line.minorUnits, currency: currency)))
      for input in line.inputs { lines.append("    \(input.name): \(input.value)") }
      if !line.rule.isEmpty { lines.append("    rule: \(line.rule)") }
    }
    lines.append(String(repeating: "-", count: 48))
    lines.append(Self.row("Total", charge.total))
    for entry in fare.entries where entry.purpose != .charge && entry.purpose != .payout {
      let amount = entry.postings.reduce(Int64(0)) {
        $1.account == .rider(fare.ride.rider) ? $0 + $1.minorUnits : $0
      }
      if amount != 0 {
        lines.append(Self.row(entry.purpose.rawValue, Money(minorUnits: amount, currency: currency)))
        if let reason = entry.reason { lines.append("    \(reason)") }
      }
    }
    if fare.paidMinorUnits != charge.total.minorUnits {
      lines.append(Self.row("Paid", Money(minorUnits: fare.paidMinorUnits, currency: currency)))
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ name: String, _ money: Money) -> String {
    let amount = money.text
    return name + String(repeating: " ", count: max(48 - name.count - amount.count, 1)) + amount
  }
}
