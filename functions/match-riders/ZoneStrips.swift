import DispatchCore
import DispatchState
import HexGrid

/// Zones by their place from west to east, so that those near a pickup are found without looking at all of them.
struct ZoneStrips {
  /// Where a zone's centre is, and which zone it is.
  private typealias Place = (point: FlatEarth.Point, index: Int)

  private let places: [Place]

  /// Sorts zones.
  /// - Parameters:
  ///   - zones: the zones.
  ///   - plane: where they are measured.
  init(_ zones: [ZoneSupply], on plane: FlatEarth) {
    places = zones.enumerated().map { (plane.project($1.cell.center), $0) }.sorted { $0.point.x < $1.point.x }
  }

  /// Names the zones whose centre is nearer to a point than so many metres, by their place among the zones.
  func forEach(within meters: Double, of point: FlatEarth.Point, _ body: (Int) -> Void) {
    let reach = meters * meters
    for place in places[firstPlace(notWestOf: point.x - meters)...] {
      if place.point.x > point.x + meters { break }
      if place.point.squaredDistance(to: point) < reach { body(place.index) }
    }
  }

  private func firstPlace(notWestOf x: Double) -> Int {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      if places[middle].point.x < x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
