import DispatchCore

/// What is said of verdicts.
enum VerdictText {
  /// A verdict as it is told.
  struct Reason {
    /// The stable name.
    var code: String
    /// A sentence.
    var detail: String
    /// The same in a count, such as "3 were too far".
    var phrase: String
  }

  /// The reason of one driver; that somebody was asked before and how it ended is known from the offers.
  static func reason(_ item: ConsideredDriver, _ offers: [Offer], before time: Timestamp) -> Reason {
    guard item.verdict == .excluded else {
      var detail = of(item.verdict)
      if item.verdict == .takenByOther, let ride = item.otherRide {
        detail = "Served ride \(ride) at less cost in total."
      }
      return Reason(code: item.verdict.rawValue, detail: detail, phrase: phrase(item.verdict))
    }
    let last = offers.last { $0.driver == item.driver && $0.offeredAt < time }
    switch last?.state {
    case .declined: return Reason(code: "declined", detail: "Declined this ride.", phrase: "declined")
    case .expired:
      return Reason(code: "offerLapsed", detail: "Did not answer an offer of this ride.", phrase: "did not answer")
    case .accepted:
      return Reason(code: "gaveBack", detail: "Accepted this ride and gave it back.", phrase: "gave it back")
    case .withdrawn:
      return Reason(code: "wentOffline", detail: "Went offline with an offer of this ride.", phrase: "went offline")
    case .open, nil:
      return Reason(code: "excluded", detail: of(.excluded), phrase: phrase(.excluded))
    }
  }

  /// A verdict as a sentence.
  static func of(_ verdict: MatchVerdict) -> String {
    switch verdict {
    case .chosen: "Was offered the ride."
    case .takenByOther: "Served another ride at less cost in total."
    case .costsMore: "Costs more than the driver who was chosen."
    case .zoneLeftShort: "Nearer, but the zone would have been left short of drivers."
    case .notAmongNearest: "Not among the nearest drivers, of whom only so many are weighed."
    case .tooFar: "Too far from the pickup."
    case .waitTooLong: "The rider would have waited too long in all."
    case .worthWaiting: "Drivers are scarce, and waiting for a nearer one was better."
    case .stale: "The last position was too old."
    case .occupied: "Carried somebody who did not come through us."
    case .otherClass: "Drives another kind of car."
    case .excluded: "Was asked before."
    case .blocked: "Rider and driver must not meet again."
    }
  }

  /// A verdict in a count.
  static func phrase(_ verdict: MatchVerdict) -> String {
    switch verdict {
    case .chosen: "chosen"
    case .takenByOther: "taken by other rides"
    case .costsMore: "cost more"
    case .zoneLeftShort: "nearer but missed by their zone"
    case .notAmongNearest: "not among the nearest"
    case .tooFar: "too far"
    case .waitTooLong: "too late for the rider"
    case .worthWaiting: "farther than is worth it at once"
    case .stale: "with an old position"
    case .occupied: "occupied"
    case .otherClass: "of another class"
    case .excluded: "asked before"
    case .blocked: "blocked"
    }
  }
}
