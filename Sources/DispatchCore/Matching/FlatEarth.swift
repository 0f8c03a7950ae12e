package import HexGrid

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The surroundings of a place as a plane: exact to a part in a thousand within a city.
package struct FlatEarth {
  /// A place on the plane, in metres.
  package struct Point {
    /// To the east.
    package var x: Double
    /// To the north.
    package var y: Double

    /// The square of the distance, in square metres.
    package func squaredDistance(to other: Point) -> Double {
      (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)
    }
  }

  private let origin: GeoPoint
  private let metersPerDegree: Double
  private let eastScale: Double

  /// Creates a plane.
  /// - Parameter origin: where it touches the globe.
  package init(around origin: GeoPoint) {
    self.origin = origin
    metersPerDegree = GeoPoint.earthRadiusMeters * .pi / 180
    eastScale = cos(origin.latitude * .pi / 180)
  }

  /// The place of a position; longitudes wrap at the antimeridian.
  package func project(_ point: GeoPoint) -> Point {
    var east = point.longitude - origin.longitude
    if east > 180 { east -= 360 } else if east < -180 { east += 360 }
    return Point(x: east * eastScale * metersPerDegree, y: (point.latitude - origin.latitude) * metersPerDegree)
  }
}
