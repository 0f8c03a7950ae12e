import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid

/// What operators plan with: the requests to expect from each zone within the next 15, 30 and 60 minutes, by the live model and the
/// present level, with the interval that holds what comes nine times of ten.
///
/// A forecast is reckoned when it is asked for: that takes a millisecond and is never out of date, so nothing is stored.
package struct ForecastDemand: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  private let reader: ForecastReader
  private let configuration: DispatchConfiguration

  package init(_ setup: FunctionSetup) throws {
    reader = ForecastReader(
      models: try setup.binding("models"), demand: RecentDemand(rides: try setup.binding("rides")))
    configuration = try setup.binding("configuration")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
      guard event.request?.parameters["cell"] != nil else {
        let query = try ForecastQuery(event, configuration.regions)
        var response = Response.json(
          ForecastView.collection(try await reader.forecasts(query.regions, at: now), query))
        response.contentType = "application/geo+json"
        return response
      }
      let cell = try ForecastQuery.cell(event)
      // A cell has a forecast in each region whose model knows it, as has its load; the first that covers it tells.
      let regions = configuration.regions.regions.filter { $0.bounds.contains(cell.center) }.map(\.id)
      return .json(ForecastView.zone(cell, try await reader.forecasts(regions, at: now)))
    }
  }
}
