#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A position on the ground in degrees (WGS 84), as the records give it.
package struct Place: Hashable, Codable, Sendable {
  /// Degrees north, -90 to 90.
  package var latitude: Double
  /// Degrees east, -180 to 180.
  package var longitude: Double

  /// Creates a position.
  /// - Parameters:
  ///   - latitude: degrees north.
  ///   - longitude: degrees east.
  package init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }

  /// The mean radius of the Earth in metres (IUGG).
  package static let earthRadiusMeters = 6_371_008.8

  /// The great-circle distance in metres, by the haversine formula.
  /// - Parameter other: where to.
  package func distanceMeters(to other: Place) -> Double {
    let radians = Double.pi / 180
    let sinLatitude = sin((other.latitude - latitude) * radians / 2)
    let sinLongitude = sin((other.longitude - longitude) * radians / 2)
    let chord =
      sinLatitude * sinLatitude
      + cos(latitude * radians) * cos(other.latitude * radians) * sinLongitude * sinLongitude
    return 2 * Self.earthRadiusMeters * asin(min(1, chord.squareRoot()))
  }

  /// The point on the straight line to another one.
  /// - Parameters:
  ///   - other: where the line ends.
  ///   - fraction: 0 is here, 1 is there.
  package func moved(towards other: Place, fraction: Double) -> Place {
    let share = min(max(fraction, 0), 1)
    return Place(
      latitude: latitude + (other.latitude - latitude) * share,
      longitude: longitude + (other.longitude - longitude) * share)
  }

  /// Whether both degrees are finite and in range.
  package var isValid: Bool {
    (-90...90).contains(latitude) && (-180...180).contains(longitude)
  }
}
