package import HexGrid

/// How long it takes to drive somewhere: crow distance times a detour at the hour's speed.
package struct TravelTime: Hashable, Sendable {
  /// The speed of each hour.
  package var speed: HourlySpeed
  /// Driven distance over crow distance, at least 1.
  package var detour: Double
  /// The city's local time.
  package var zone: CityTimeZone

  /// Creates a model.
  /// - Parameters:
  ///   - speed: the speed of each hour.
  ///   - detour: driven distance over crow distance.
  ///   - zone: the city's local time.
  package init(speed: HourlySpeed, detour: Double = 1, zone: CityTimeZone) {
    self.speed = speed
    self.detour = detour
    self.zone = zone
  }

  /// The driven distance in metres.
  package func distanceMeters(from start: GeoPoint, to end: GeoPoint) -> Double {
    start.distanceMeters(to: end) * detour
  }

  /// The driving time in milliseconds.
  /// - Parameters:
  ///   - start: where from.
  ///   - end: where to.
  ///   - unixMilliseconds: when the drive begins; its hour decides the speed.
  package func milliseconds(from start: GeoPoint, to end: GeoPoint, at unixMilliseconds: Int64) -> Int64 {
    let metersPerSecond = speed.metersPerSecond[zone.hour(atUnixMilliseconds: unixMilliseconds)]
    return Int64(distanceMeters(from: start, to: end) / metersPerSecond * 1_000)
  }
}
