import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid

/// What rides from a zone cost more for the moment, and why.
package struct ZonePrice: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let surge: any SurgeStore
  private let configuration: DispatchConfiguration

  package init(_ setup: FunctionSetup) throws {
    surge = try setup.binding("surge")
    configuration = try setup.binding("configuration")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    guard let cell = HexCell(event.request?.parameters["cell"] ?? ""), cell.resolution == Zone.resolution else {
      throw FunctionError(
        .badInput, code: "badCell", "Expected cell to be an H3 cell of resolution \(Zone.resolution), a zone.",
        field: "cell")
    }
    let region = try region(of: cell, event)
    return try await ErrorMapping.store {
      let price = try await surge.price(of: cell, in: region)
      return .json(PriceView(cell: cell, region: region, price: price, now: now).bytes)
    }
  }

  /// The region asked for, or else the first in which the zone's middle lies.
  private func region(of cell: HexCell, _ event: Event) throws(FunctionError) -> RegionID {
    let map = configuration.regions
    if let text = event.request?.query["region"] { return try map.region(named: text).id }
    guard let region = map.regions.first(where: { $0.bounds.contains(cell.center) }) else {
      throw FunctionError(.unprocessable, code: "outsideServiceArea", "No region has this zone.", field: "cell")
    }
    return region.id
  }
}
