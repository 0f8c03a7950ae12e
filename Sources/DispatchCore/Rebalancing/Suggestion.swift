package import HexGrid

/// What a suggestion's id names.
package enum SuggestionKind {}
/// Names a suggestion.
package typealias SuggestionID = EntityID<SuggestionKind>

/// A suggestion to a free driver to wait elsewhere.
package struct Suggestion: Sendable, Hashable {
  package var id: SuggestionID
  package var driver: DriverID
  package var region: RegionID
  /// Where the driver was.
  package var origin: GeoPoint
  /// Where the driver is to wait.
  package var target: GeoPoint
  /// How long the drive was reckoned to take, in seconds.
  package var driveSeconds: Int
  /// The version of the driver's status; with any other, such as after a ride, the suggestion is over.
  package var statusVersion: Int64
  package var madeAt: Timestamp
  /// When it is over whatever became of it.
  package var expiresAt: Timestamp

  package init(
    id: SuggestionID, driver: DriverID, region: RegionID, origin: GeoPoint, target: GeoPoint, driveSeconds: Int,
    statusVersion: Int64, madeAt: Timestamp, expiresAt: Timestamp
  ) {
    self.id = id
    self.driver = driver
    self.region = region
    self.origin = origin
    self.target = target
    self.driveSeconds = driveSeconds
    self.statusVersion = statusVersion
    self.madeAt = madeAt
    self.expiresAt = expiresAt
  }

  /// Turns a move into a suggestion.
  /// - Parameters:
  ///   - move: where to.
  ///   - driver: who, and where they are.
  ///   - region: the market.
  ///   - now: the moment.
  package init(_ move: RebalanceMove, to driver: DriverSnapshot, in region: RegionID, now: Timestamp) {
    let seconds = Int(exactly: min(max(move.driveSeconds, 1), 86_400).rounded(.up)) ?? 1
    // A driver gets at most one at a moment, so the two make it unique.
    var name = FNV1a()
    name.combine(driver.driver.text)
    let moment = String(max(now.unixMilliseconds, 0), radix: 32)
    self.init(
      id: SuggestionID(trusted: "s\(moment)-\(String(name.value, radix: 32))"), driver: driver.driver, region: region,
      origin: driver.position, target: move.target, driveSeconds: seconds, statusVersion: driver.statusVersion,
      madeAt: now,
      // Half as long again for the streets, and time to set off.
      expiresAt: now.advanced(bySeconds: seconds * 3 / 2 + SuggestionReview.patienceSeconds))
  }
}
