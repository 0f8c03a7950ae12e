package import DispatchCore
package import FunctionKit

extension JSONWriter {
  /// Writes what a ride cost, with every line, its rule and what went into it.
  package mutating func fare(_ fare: FareDesk.Fare) {
    let settlement = fare.settlement
    let currency = settlement.charge.currency
    func money(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: currency) }
    object { json in
      json.member("rideId", fare.ride.id.text)
      json.member("state", fare.ride.state.rawValue)
      json.member("quoted", money: fare.ride.fare)
      json.member("total", money: settlement.charge.total)
      json.member("paid", money: money(fare.paidMinorUnits))
      json.member("lines", lines: settlement.charge.lines)
      json.member("payout", money: money(settlement.payoutMinorUnits))
      json.member("topUp", money: money(settlement.topUpMinorUnits))
      json.member("commission", money: money(settlement.commissionMinorUnits))
      json.key("entries")
      json.array { json in for entry in fare.entries { json.entry(entry) } }
    }
  }

  /// Writes a receipt: what concerns the rider.
  package mutating func receipt(_ fare: FareDesk.Fare) {
    let charge = fare.settlement.charge
    object { json in
      json.member("rideId", fare.ride.id.text)
      json.member("endedAt", time: fare.ride.completedAt ?? fare.ride.endedAt)
      json.member("total", money: charge.total)
      json.member("paid", money: Money(minorUnits: fare.paidMinorUnits, currency: charge.currency))
      json.member("lines", lines: charge.lines)
      json.key("corrections")
      json.array { json in
        for entry in fare.entries where entry.purpose != .charge && entry.purpose != .payout {
          let amount = entry.postings.reduce(Int64(0)) {
            $1.account == .rider(fare.ride.rider) ? $0 + $1.minorUnits : $0
          }
          guard amount != 0 else { continue }
          json.object { json in
            json.member("purpose", entry.purpose.rawValue)
            json.member("minorUnits", amount)
            json.member("reason", entry.reason)
          }
        }
      }
    }
  }

  /// Writes an entry of the books.
  package mutating func entry(_ entry: LedgerEntry) {
    object { json in
      json.member("entryId", entry.id)
      json.member("purpose", entry.purpose.rawValue)
      json.member("time", time: entry.time)
      json.member("reason", entry.reason)
      json.member("reverses", entry.reverses)
      json.key("postings")
      json.array { json in
        for posting in entry.postings {
          json.object { json in
            json.member("account", posting.account.description)
            json.member("minorUnits", posting.minorUnits)
          }
        }
      }
    }
  }
}
