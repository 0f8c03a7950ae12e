package import HexGrid

/// How long it takes to drive somewhere: crow distance times a detour at the hour's speed, or the fastest way through a network of
/// roads.
package struct TravelTime: Sendable {
  /// The speed of each hour.
  package var speed: HourlySpeed
  /// Driven distance over crow distance, at least 1.
  package var detour: Double
  /// The city's local time.
  package var zone: CityTimeZone
  /// The roads; nil where people drive as the crow flies.
  package var roads: RoadNetwork?

  /// Creates a model.
  /// - Parameters:
  ///   - speed: the speed of each hour.
  ///   - detour: driven distance over crow distance.
  ///   - zone: the city's local time.
  ///   - roads: the roads; nil where people drive as the crow flies.
  package init(speed: HourlySpeed, detour: Double = 1, zone: CityTimeZone, roads: RoadNetwork? = nil) {
    self.speed = speed
    self.detour = detour
    self.zone = zone
    self.roads = roads
  }

  /// The driven distance in metres.
  package func distanceMeters(from start: GeoPoint, to end: GeoPoint) -> Double {
    roads?.way(from: start, to: end)?.meters ?? start.distanceMeters(to: end) * detour
  }

  /// The driving time in milliseconds.
  /// - Parameters:
  ///   - start: where from.
  ///   - end: where to.
  ///   - unixMilliseconds: when the drive begins; its hour decides the speed.
  package func milliseconds(from start: GeoPoint, to end: GeoPoint, at unixMilliseconds: Int64) -> Int64 {
    if let way = roads?.way(from: start, to: end) { return way.milliseconds }
    let metersPerSecond = speed.metersPerSecond[zone.hour(atUnixMilliseconds: unixMilliseconds)]
    return Int64(start.distanceMeters(to: end) * detour / metersPerSecond * 1_000)
  }
}
