import DispatchAPI
import DispatchCore

/// Why a zone pays what it pays, in words.
struct PriceReason {
  let region: RegionID
  let price: SurgePrice?
  let now: Timestamp

  var text: String {
    guard let price else { return "Surge 1.0: no prices were set for region \(region) yet." }
    let tick = price.tick
    guard tick.isFresh(at: now) else {
      return "Surge 1.0: the last prices are of \(RFC3339.text(tick.countedAt)) and were good for "
        + "\(tick.policy.staleSeconds) s."
    }
    let surge = "Surge \(Self.tenths(price.zone.tenths))"
    guard tick.policy.capTenths > 10 else { return surge + ": the cap is 1.0." }
    guard tick.previousVersion != nil else {
      return surge + ": these are the first prices after a start; the next ones go on from here."
    }
    return "\(surge): \(counts(price)) \(course(price))"
  }

  /// What was counted, and what it makes.
  private func counts(_ price: SurgePrice) -> String {
    let (tick, zone, policy) = (price.tick, price.zone, price.tick.policy)
    let window = "in the last \(policy.windowSeconds) s"
    guard zone.ringRequests >= policy.minimumRequests else {
      return "\(window) \(zone.ringRequests) requests were made here and in the ring around, fewer than the "
        + "\(policy.minimumRequests) that say anything."
    }
    let forecast = policy.forecastPercent > 0 ? " (\(policy.forecastPercent) % of the demand is the forecast's)" : ""
    return "\(window) \(zone.requests) requests and \(zone.supply) free drivers here make "
      + "\(Self.multiplier(zone.own)), \(zone.ringRequests) and \(zone.ringSupply) with the ring around "
      + "\(Self.multiplier(zone.ring)), \(tick.requests) and \(tick.supply) in the city "
      + "\(Self.multiplier(tick.city))\(forecast); weighted \(policy.ownPercent), \(policy.ringPercent) and "
      + "\(policy.cityPercent) % that is \(Self.multiplier(zone.blend))\(held(price))."
  }

  private func held(_ price: SurgePrice) -> String {
    guard price.zone.target < price.zone.blend else { return "" }
    return ", held to \(Self.multiplier(price.zone.target)) because neighbours may differ by "
      + Self.tenths(price.tick.policy.neighborTenths)
  }

  /// How it came from the price before.
  private func course(_ price: SurgePrice) -> String {
    let (zone, policy) = (price.zone, price.tick.policy)
    let step = "a tick moves it by \(Self.tenths(policy.stepTenths)) at most"
    return "Smoothed over time it stands at \(Self.multiplier(zone.smoothed)); the price before was "
      + "\(Self.tenths(zone.previousTenths)), \(step), and \(Self.tenths(policy.capTenths)) is the cap."
  }

  private static func tenths(_ tenths: Int) -> String { "\(tenths / 10).\(tenths % 10)" }

  /// Two decimals, rounded half up.
  private static func multiplier(_ millionths: Int) -> String {
    let hundredths = (millionths + 5_000) / 10_000
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
