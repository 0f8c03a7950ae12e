import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// Which forecast is asked for.
struct ForecastQuery: Sendable, Hashable {
  var regions: [RegionID]
  var horizon = ForecastHorizon.halfHour

  /// Reads `region` and `horizon`.
  init(_ event: Event, _ map: RegionMap) throws(FunctionError) {
    let query = event.request?.query ?? [:]
    regions = map.regions.map(\.id)
    if let text = query["region"] { regions = [try map.region(named: text).id] }
    guard let text = query["horizon"] else { return }
    guard let horizon = Int(text).flatMap({ ForecastHorizon(rawValue: $0) }) else {
      let known = ForecastHorizon.allCases.map { String($0.seconds) }.joined(separator: ", ")
      throw FunctionError(
        .badInput, code: "outOfRange", "Expected horizon to be one of \(known) seconds.", field: "horizon")
    }
    self.horizon = horizon
  }

  /// Reads the route's cell.
  static func cell(_ event: Event) throws(FunctionError) -> HexCell {
    guard let cell = HexCell(event.request?.parameters["cell"] ?? ""), cell.resolution == Zone.resolution else {
      throw FunctionError(
        .badInput, code: "badCell", "Expected cell to be an H3 cell of resolution \(Zone.resolution).", field: "cell")
    }
    return cell
  }
}
