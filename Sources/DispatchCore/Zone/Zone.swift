package import HexGrid

/// Zones are the H3 cells in which load, demand and the fleet are counted.
package enum Zone {
  /// The resolution of a zone: cells of about 0.74 km².
  package static let resolution = 8

  /// The zone of a position; nil where the position is not finite.
  package static func cell(at point: GeoPoint) -> HexCell? {
    HexCell(point, resolution: resolution)
  }
}
