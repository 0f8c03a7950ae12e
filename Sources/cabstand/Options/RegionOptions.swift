import ArgumentParser
import DispatchCore

/// Which regions are served.
struct RegionOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("region"),
    help: ArgumentHelp(
      "A region as id=south,west,north,east in degrees; repeat for more (CABSTAND_REGIONS, divided by semicolons). Default: sf and nyc.",
      valueName: "id=s,w,n,e"))
  var texts: [String] = []

  /// The regions, checked.
  var map: RegionMap {
    get throws {
      let given =
        texts.isEmpty ? Environment.text("CABSTAND_REGIONS")?.split(separator: ";").map(String.init) ?? [] : texts
      guard !given.isEmpty else { return .standard }
      let regions = try given.map(Self.region)
      guard Set(regions.map(\.id)).count == regions.count, let map = RegionMap(regions) else {
        throw ValidationError("Every region needs an id of its own.")
      }
      return map
    }
  }

  private static func region(_ text: String) throws -> Region {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    let numbers = parts.count == 2 ? parts[1].split(separator: ",").compactMap { Double($0) } : []
    guard parts.count == 2, let id = RegionID(String(parts[0])), !id.text.contains(":"), numbers.count == 4,
      (-90...90).contains(numbers[0]), (-90...90).contains(numbers[2]), numbers[0] < numbers[2],
      (-180...180).contains(numbers[1]), (-180...180).contains(numbers[3])
    else {
      throw ValidationError("Expected a region as id=south,west,north,east in degrees, found \(text).")
    }
    return Region(id: id, bounds: GeoBounds(south: numbers[0], west: numbers[1], north: numbers[2], east: numbers[3]))
  }
}
