package import DispatchCore
package import FunctionKit
import HexGrid

/// Which zones are asked for.
package struct ZoneQuery: Sendable, Hashable {
  package var regions: [RegionID]
  /// The resolution of the cells, 0 to that of the zones.
  package var resolution = Zone.resolution
  /// Where the middles of the cells lie; nil for everywhere.
  package var bounds: GeoBounds?

  /// All zones of regions.
  package init(regions: [RegionID]) {
    self.regions = regions
  }

  /// Reads `resolution`, `bbox` and `region`.
  package init(_ event: Event, _ map: RegionMap) throws(FunctionError) {
    let query = event.request?.query ?? [:]
    regions = map.regions.map(\.id)
    if let text = query["region"] { regions = [try map.region(named: text).id] }
    if let text = query["resolution"] {
      guard let number = Int(text), (0...Zone.resolution).contains(number) else {
        throw FunctionError(
          .badInput, code: "outOfRange", "Expected resolution to be a whole number from 0 to \(Zone.resolution).",
          field: "resolution")
      }
      resolution = number
    }
    if let text = query["bbox"] { bounds = try Self.bounds(text) }
  }

  private static func bounds(_ text: String) throws(FunctionError) -> GeoBounds {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
    guard numbers.count == 4, text.split(separator: ",", omittingEmptySubsequences: false).count == 4,
      numbers.allSatisfy(\.isFinite), numbers[1] <= numbers[3], (-90...90).contains(numbers[1]),
      (-90...90).contains(numbers[3]), (-180...180).contains(numbers[0]), (-180...180).contains(numbers[2])
    else {
      throw FunctionError(
        .badInput, code: "badBounds", "Expected bbox to be west,south,east,north in degrees.", field: "bbox")
    }
    return GeoBounds(south: numbers[1], west: numbers[0], north: numbers[3], east: numbers[2])
  }
}
