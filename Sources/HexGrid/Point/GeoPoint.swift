/// A position on Earth in degrees.
public struct GeoPoint: Hashable, Sendable {
  /// Degrees north of the equator.
  public var latitude: Double

  /// Degrees east of Greenwich.
  public var longitude: Double

  /// The radius in metres of the sphere that H3 uses (the authalic radius of WGS 84).
  public static let earthRadiusMeters = 6_371_007.180918475

  /// Makes a point without looking at its coordinates.
  public init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }

  /// Makes a point from coordinates that come from outside.
  ///
  /// Returns nil unless both are finite, the latitude is in -90...90 and the longitude in -180...180.
  public init?(validatingLatitude latitude: Double, longitude: Double) {
    self.init(latitude: latitude, longitude: longitude)
    guard isValid else { return nil }
  }

  /// Whether both coordinates are finite, the latitude in -90...90 and the longitude in -180...180.
  public var isValid: Bool {
    abs(latitude) <= 90 && abs(longitude) <= 180
  }

  /// The great-circle distance in metres, by the haversine formula on a sphere of ``earthRadiusMeters``.
  public func distanceMeters(to other: GeoPoint) -> Double {
    let latitudeHalf = Angle.sine((other.latitude - latitude) * Angle.radiansPerDegree * 0.5)
    let longitudeHalf = Angle.sine((other.longitude - longitude) * Angle.radiansPerDegree * 0.5)
    let cosines =
      Angle.cosine(latitude * Angle.radiansPerDegree) * Angle.cosine(other.latitude * Angle.radiansPerDegree)
    let square = latitudeHalf * latitudeHalf + cosines * longitudeHalf * longitudeHalf
    // Rounding can put the square a hair above 1 for antipodes.
    let rest = max(0, 1 - square)
    return 2 * Angle.arctangent(square.squareRoot(), rest.squareRoot()) * Self.earthRadiusMeters
  }
}
