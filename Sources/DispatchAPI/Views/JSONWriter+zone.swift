package import FunctionKit
package import HexGrid

/// Zones in GeoJSON (RFC 7946).
extension JSONWriter {
  /// Writes a cell as a polygon.
  package mutating func polygon(of cell: HexCell) {
    object { json in
      json.member("type", "Polygon")
      json.key("coordinates")
      json.array { json in
        json.array { json in Self.ring(cell, &json) }
      }
    }
  }

  /// A closed ring; across the antimeridian its longitudes run on past 180°, so that it stays in one piece.
  private static func ring(_ cell: HexCell, _ json: inout JSONWriter) {
    let boundary = cell.boundary
    guard let first = boundary.first else { return }
    for point in boundary + [first] {
      var longitude = point.longitude
      if longitude - first.longitude > 180 { longitude -= 360 }
      if longitude - first.longitude < -180 { longitude += 360 }
      json.array { json in
        json.value(rounded(longitude))
        json.value(rounded(point.latitude))
      }
    }
  }

  /// Six decimals of a degree: a tenth of a metre.
  private static func rounded(_ degrees: Double) -> Double {
    (degrees * 1e6).rounded() / 1e6
  }
}
