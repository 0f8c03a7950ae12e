import DispatchAPI
import DispatchCore
import FunctionKit

/// What is told of a ride's rounds.
struct Explanation {
  let ride: Ride
  let rounds: [MatchRound]
  /// The ride's offers in their order.
  let offers: [Offer]

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("rideId", ride.id.text)
      json.member("state", ride.state.rawValue)
      json.member("summary", summary)
      json.key("rounds")
      json.array { json in
        for (index, round) in rounds.enumerated() {
          json.object { write(round, number: index + 1, to: &$0) }
        }
      }
    }
  }

  private func write(_ round: MatchRound, number: Int, to json: inout JSONWriter) {
    let offer =
      round.outcome == .offered ? offers.first { $0.driver == round.driver && $0.offeredAt == round.time } : nil
    json.member("time", time: round.time)
    json.member("outcome", round.outcome.rawValue)
    json.member("chosen", round.driver?.text)
    json.member("offerId", offer?.id.text)
    json.member("answer", offer?.state.rawValue)
    json.member("waitedSeconds", round.ageSeconds)
    json.member("openRides", round.openRides)
    json.member("listedWithinMeters", round.others.isEmpty ? nil : round.considered.map(\.distanceMeters).max())
    json.key("candidates")
    json.array { json in
      for item in round.considered {
        json.object { write(item, round, to: &$0) }
      }
    }
    json.key("others")
    json.array { json in
      for item in round.others {
        json.object { json in
          json.member("reason", item.verdict.rawValue)
          json.member("drivers", item.drivers)
          json.member("detail", VerdictText.of(item.verdict))
        }
      }
    }
  }

  private func write(_ item: ConsideredDriver, _ round: MatchRound, to json: inout JSONWriter) {
    let reason = VerdictText.reason(item, offers, before: round.time)
    json.member("driver", item.driver.text)
    json.member("distanceMeters", item.distanceMeters)
    json.member("pickupETASeconds", (item.etaDeciseconds + 9) / 10)
    json.member("freeInSeconds", item.freeInSeconds)
    json.key("cost")
    json.object { json in
      json.member("etaSeconds", Double(item.etaDeciseconds) / 10)
      json.member("zoneSeconds", Double(item.zoneDeciseconds) / 10)
      json.member("ageBonusSeconds", Double(round.ageBonusDeciseconds) / 10)
      let total = item.etaDeciseconds + item.zoneDeciseconds - round.ageBonusDeciseconds
      json.member("totalSeconds", Double(total) / 10)
    }
    json.member("reason", reason.code)
    json.member("detail", reason.detail)
    json.member("otherRideId", item.otherRide?.text)
  }

  /// One sentence for people.
  var summary: String {
    guard let last = rounds.last else {
      return ride.state == .requested
        ? "No round of matching has looked at this ride yet."
        : "Nothing is kept of the rounds of matching of this ride."
    }
    let times = rounds.count == 1 ? "one round is" : "\(rounds.count) rounds are"
    return "\(outcome(of: last)) \(counts(of: last)) \(times) kept."
  }

  private func outcome(of round: MatchRound) -> String {
    let moment = RFC3339.text(round.time)
    switch round.outcome {
    case .offered:
      let chosen = round.considered.first { $0.verdict == .chosen }
      let way = chosen.map { ", \($0.distanceMeters) m and \(($0.etaDeciseconds + 9) / 10) s away" } ?? ""
      return "At \(moment) the ride was offered to \(round.driver?.text ?? "a driver")\(way)."
    case .unserved:
      return "At \(moment) the ride was offered to nobody."
    case .driverChanged:
      return "At \(moment) \(round.driver?.text ?? "a driver") was chosen, but had other things to do by then."
    case .rideChanged:
      return "At \(moment) \(round.driver?.text ?? "a driver") was chosen, but the ride had changed by then."
    }
  }

  private func counts(of round: MatchRound) -> String {
    var counts: [String: Int] = [:]
    var order: [String] = []
    func add(_ text: String, _ count: Int) {
      if counts[text] == nil { order.append(text) }
      counts[text, default: 0] += count
    }
    for item in round.considered where item.verdict != .chosen {
      add(VerdictText.reason(item, offers, before: round.time).phrase, 1)
    }
    for item in round.others { add(VerdictText.phrase(item.verdict), item.drivers) }
    if order.isEmpty { return round.driver == nil ? "No driver was within reach." : "Nobody else was within reach." }
    let parts = order.map { "\(counts[$0] ?? 0) \($0)" }.joined(separator: ", ")
    let all = counts.values.reduce(0, +)
    return "Of \(all) \(round.driver == nil ? "" : "other ")driver\(all == 1 ? "" : "s") considered: \(parts);"
  }
}
