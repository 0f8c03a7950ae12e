package import HexGrid

/// A market: a part of the world with one fleet, matched and priced by itself.
package struct Region: Sendable, Hashable {
  /// Its id, which is also the hash tag of its keys.
  package var id: RegionID
  /// Where rides may begin and end.
  package var bounds: GeoBounds

  package init(id: RegionID, bounds: GeoBounds) {
    self.id = id
    self.bounds = bounds
  }
}

/// A rectangle of latitudes and longitudes; it may cross the antimeridian (west > east).
package struct GeoBounds: Sendable, Hashable {
  package var south: Double
  package var west: Double
  package var north: Double
  package var east: Double

  package init(south: Double, west: Double, north: Double, east: Double) {
    self.south = south
    self.west = west
    self.north = north
    self.east = east
  }

  /// Whether a position lies inside or on the border.
  package func contains(_ point: GeoPoint) -> Bool {
    guard point.latitude >= south, point.latitude <= north else { return false }
    return west <= east
      ? point.longitude >= west && point.longitude <= east
      : point.longitude >= west || point.longitude <= east
  }

  /// The middle of the rectangle.
  package var center: GeoPoint {
    let width = west <= east ? east - west : east - west + 360
    let longitude = west + width / 2
    return GeoPoint(latitude: (south + north) / 2, longitude: longitude > 180 ? longitude - 360 : longitude)
  }
}
