package import HexGrid

/// A position that a simulated driver reports.
package struct WorldPing: Equatable, Sendable {
  /// Which driver.
  package var driver: Int
  /// When, in milliseconds since 1970.
  package var unixMilliseconds: Int64
  /// Where.
  package var place: GeoPoint
}
