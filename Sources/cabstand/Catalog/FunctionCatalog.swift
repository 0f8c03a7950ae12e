import AnswerOffer
import BlockedDrivers
import DriverFeed
import DriverShift
import ExpireOffers
import ForecastDemand
import FunctionKit
import LocationPing
import MatchRiders
import PriceZones
import QuoteFare
import RebalanceFleet
import RequestRide
import RideExplain
import RideFare
import RideLookup
import RideProgress
import RiderFeed
import SettleFare
import TrainForecast
import TriggerRuntime
import ZoneLoadFunction
import ZonePrice

/// The functions that this program carries, each with its function.yaml.
enum FunctionCatalog {
  private struct Entry {
    var folder: String
    var specification: [UInt8]
    var register: (inout FunctionRegistry) -> Void
  }

  private static var entries: [Entry] {
    [
      entry("answer-offer", AnswerOffer.self, "AnswerOffer", AnswerOffer.specification),
      entry("blocked-drivers", BlockedDrivers.self, "BlockedDrivers", BlockedDrivers.specification),
      entry("driver-feed", DriverFeed.self, "DriverFeed", DriverFeed.specification),
      entry("driver-shift", DriverShift.self, "DriverShift", DriverShift.specification),
      entry("expire-offers", ExpireOffers.self, "ExpireOffers", ExpireOffers.specification),
      entry("forecast-demand", ForecastDemand.self, "ForecastDemand", ForecastDemand.specification),
      entry("location-ping", LocationPing.self, "LocationPing", LocationPing.specification),
      entry("match-riders", MatchRiders.self, "MatchRiders", MatchRiders.specification),
      entry("price-zones", PriceZones.self, "PriceZones", PriceZones.specification),
      entry("quote-fare", QuoteFare.self, "QuoteFare", QuoteFare.specification),
      entry("rebalance-fleet", RebalanceFleet.self, "RebalanceFleet", RebalanceFleet.specification),
      entry("request-ride", RequestRide.self, "RequestRide", RequestRide.specification),
      entry("ride-explain", RideExplain.self, "RideExplain", RideExplain.specification),
      entry("ride-fare", RideFare.self, "RideFare", RideFare.specification),
      entry("ride-lookup", RideLookup.self, "RideLookup", RideLookup.specification),
      entry("ride-progress", RideProgress.self, "RideProgress", RideProgress.specification),
      entry("rider-feed", RiderFeed.self, "RiderFeed", RiderFeed.specification),
      entry("settle-fare", SettleFare.self, "SettleFare", SettleFare.specification),
      entry("train-forecast", TrainForecast.self, "TrainForecast", TrainForecast.specification),
      entry("zone-load", ZoneLoadFunction.self, "ZoneLoad", ZoneLoadFunction.specification),
      entry("zone-price", ZonePrice.self, "ZonePrice", ZonePrice.specification),
    ]
  }

  private static func entry<F: Function>(
    _ folder: String, _ type: F.Type, _ handler: String, _ specification: [UInt8]
  ) -> Entry {
    Entry(folder: folder, specification: specification) { $0.register(type, as: handler) }
  }

  /// A registry of all functions.
  static func registry() -> FunctionRegistry {
    var registry = FunctionRegistry()
    for entry in entries { entry.register(&registry) }
    #if DEBUG
      if FaultFunction.isWanted { registry.register(FaultFunction.self, as: FaultFunction.handler) }
    #endif
    return registry
  }

  /// The names of all functions, which are those of their folders.
  static var names: [String] { entries.map(\.folder) }

  /// One function's function.yaml as it is carried; nil where there is no such function.
  static func specification(of name: String) -> (file: String, text: String)? {
    entries.first { $0.folder == name }.map { entry in
      ("functions/\(entry.folder)/function.yaml", String(decoding: entry.specification, as: UTF8.self))
    }
  }

  /// The function.yaml of every function, as carried or as found below a folder that overrides it.
  /// - Parameter directory: a folder of function folders; nil takes what the program carries.
  static func specifications(overriddenBy directory: String?) -> [(file: String, text: String)] {
    var specifications = entries.map { entry in
      let file = "functions/\(entry.folder)/function.yaml"
      if let directory, let text = TextFile.text(at: "\(directory)/\(entry.folder)/function.yaml") {
        return (file: "\(directory)/\(entry.folder)/function.yaml", text: text)
      }
      return (file: file, text: String(decoding: entry.specification, as: UTF8.self))
    }
    #if DEBUG
      if FaultFunction.isWanted { specifications.append(("faults", FaultFunction.specification)) }
    #endif
    return specifications
  }
}
