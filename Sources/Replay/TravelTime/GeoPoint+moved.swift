package import HexGrid

extension GeoPoint {
  /// The point on the straight line to another one.
  /// - Parameters:
  ///   - other: where the line ends.
  ///   - fraction: 0 is here, 1 is there.
  package func moved(towards other: GeoPoint, fraction: Double) -> GeoPoint {
    let share = min(max(fraction, 0), 1)
    return GeoPoint(
      latitude: latitude + (other.latitude - latitude) * share,
      longitude: longitude + (other.longitude - longitude) * share)
  }
}
