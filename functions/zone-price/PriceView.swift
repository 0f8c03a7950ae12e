import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// The price of a zone as JSON, with everything that explains it.
struct PriceView {
  let cell: HexCell
  let region: RegionID
  /// The last one that was set; nil where none ever was.
  let price: SurgePrice?
  let now: Timestamp

  /// Whether a price is in force, was, or never was.
  private var state: String {
    guard let price else { return "none" }
    return price.tick.isFresh(at: now) ? "inForce" : "stale"
  }

  var bytes: [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.member("cell", cell.description)
        json.member("region", region.text)
        json.member("surge", Double(price?.tenths(at: now) ?? 10) / 10)
        json.member("state", state)
        json.member("reason", PriceReason(region: region, price: price, now: now).text)
        json.member("version", price.map { Int($0.tick.version) })
        json.member("countedAt", time: price?.tick.countedAt)
        json.member("validUntil", time: price?.tick.validUntil)
        json.key("parts")
        if let price { Self.parts(price, &json) } else { json.null() }
      }
    }
  }

  private static func parts(_ price: SurgePrice, _ json: inout JSONWriter) {
    let (tick, zone) = (price.tick, price.zone)
    json.object { json in
      json.key("own")
      area(zone.requests, zone.demandHundredths, zone.supply, zone.own, tick.policy.ownPercent, &json)
      json.key("ring")
      area(
        zone.ringRequests, zone.ringDemandHundredths, zone.ringSupply, zone.ring, tick.policy.ringPercent, &json)
      json.key("city")
      area(tick.requests, tick.demandHundredths, tick.supply, tick.city, tick.policy.cityPercent, &json)
      json.member("blend", multiplier(zone.blend))
      json.member("target", multiplier(zone.target))
      json.member("smoothed", multiplier(zone.smoothed))
      json.member("previous", Double(zone.previousTenths) / 10)
      json.member("previousVersion", tick.previousVersion.map { Int($0) })
      json.key("settings")
      settings(tick.policy, &json)
    }
  }

  /// What was counted somewhere, and what it would pay by itself.
  private static func area(
    _ requests: Int, _ demandHundredths: Int, _ supply: Int, _ value: Int, _ percent: Int, _ json: inout JSONWriter
  ) {
    json.object { json in
      json.member("requests", requests)
      json.member("demand", Double(demandHundredths) / 100)
      json.member("supply", supply)
      json.member("value", multiplier(value))
      json.member("weightPercent", percent)
    }
  }

  private static func settings(_ policy: SurgePolicy, _ json: inout JSONWriter) {
    json.object { json in
      json.member("sensitivity", Double(policy.sensitivityPercent) / 100)
      json.member("cap", Double(policy.capTenths) / 10)
      json.member("step", Double(policy.stepTenths) / 10)
      json.member("neighborDifference", Double(policy.neighborTenths) / 10)
      json.member("smoothingPercent", policy.smoothingPercent)
      json.member("hysteresis", Double(policy.hysteresisHundredths) / 100)
      json.member("minimumRequests", policy.minimumRequests)
      json.member("forecastPercent", policy.forecastPercent)
      json.member("windowSeconds", policy.windowSeconds)
      json.member("staleSeconds", policy.staleSeconds)
    }
  }

  private static func multiplier(_ millionths: Int) -> Double { Double(millionths) / 1_000_000 }
}
