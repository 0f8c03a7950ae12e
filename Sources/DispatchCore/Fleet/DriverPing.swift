package import HexGrid

/// Where a driver was at a moment.
package struct DriverPing: Sendable, Hashable {
  package var driver: DriverID
  /// When the position was taken.
  package var time: Timestamp
  package var position: GeoPoint
  /// Degrees clockwise from north, 0 to 360; nil where unknown.
  package var headingDegrees: UInt16?
  /// Metres per second; nil where unknown.
  package var speedMetersPerSecond: Float?
  /// Whether somebody is aboard who did not come through us.
  package var isOccupied: Bool

  package init(
    driver: DriverID, time: Timestamp, position: GeoPoint, headingDegrees: UInt16? = nil,
    speedMetersPerSecond: Float? = nil, isOccupied: Bool = false
  ) {
    self.driver = driver
    self.time = time
    self.position = position
    self.headingDegrees = headingDegrees
    self.speedMetersPerSecond = speedMetersPerSecond
    self.isOccupied = isOccupied
  }

  /// Whether this position replaces a known one of the same driver: the later does, and of two at the same moment the one further
  /// north, then further east, so that the order of arrival never matters.
  package func supersedes(_ known: DriverPing) -> Bool {
    (time, position.latitude, position.longitude) > (known.time, known.position.latitude, known.position.longitude)
  }
}
