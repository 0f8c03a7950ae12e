package import HexGrid

/// The regions that an installation serves.
package struct RegionMap: Sendable {
  /// The regions, in the order in which they are asked; never empty.
  package let regions: [Region]

  /// Creates a map.
  /// - Parameter regions: at least one.
  package init?(_ regions: [Region]) {
    guard !regions.isEmpty else { return nil }
    self.regions = regions
  }

  private init(trusted regions: [Region]) { self.regions = regions }

  /// San Francisco with its bay, and New York.
  package static let standard = RegionMap(trusted: [
    Region(id: RegionID(trusted: "sf"), bounds: GeoBounds(south: 36.9, west: -123.2, north: 38.6, east: -121.2)),
    Region(id: RegionID(trusted: "nyc"), bounds: GeoBounds(south: 40.3, west: -74.6, north: 41.2, east: -73.2)),
  ])

  /// The region of that id.
  package func region(_ id: RegionID) -> Region? {
    regions.first { $0.id == id }
  }

  /// The region in which a ride from here to there is served: the first that holds both.
  package func region(from pickup: GeoPoint, to dropoff: GeoPoint) -> Region? {
    regions.first { $0.bounds.contains(pickup) && $0.bounds.contains(dropoff) }
  }

  /// The region whose fleet a driver at this position belongs to: the first that holds it, or else the nearest, so that a bad fix
  /// far out moves no driver out of the fleet.
  package func fleetRegion(at point: GeoPoint) -> Region {
    var nearest = regions[0]
    var best = Double.infinity
    for region in regions {
      if region.bounds.contains(point) { return region }
      let distance = regions.count == 1 ? 0 : region.bounds.center.distanceMeters(to: point)
      if distance < best {
        best = distance
        nearest = region
      }
    }
    return nearest
  }
}
