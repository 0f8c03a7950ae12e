package import HexGrid

/// What has become of a free driver's last suggestion: keeps suggestions from chasing each other.
package enum SuggestionReview: Sendable, Hashable {
  /// It does not matter any more.
  case over
  /// The driver is under way, with so many seconds to go.
  case underWay(target: GeoPoint, seconds: Double)
  /// The driver stayed: no other suggestion for a while.
  case refused

  /// How long a driver may take to set off, in seconds.
  package static let patienceSeconds = 120
  /// How long after a suggestion that was not followed there is no other, in seconds.
  package static let restSeconds = 900
  /// Nearer to the target than this counts as there, in metres.
  package static let arrivalMeters = 150.0

  /// Judges a suggestion by where its driver is.
  ///
  /// Nobody has to answer a suggestion; a driver who has hardly come nearer although there was time has refused it.
  /// - Parameters:
  ///   - suggestion: the driver's latest.
  ///   - driver: the driver as the fleet index knows them.
  ///   - now: the moment.
  ///   - metersPerSecond: how fast the crow drives.
  package init(_ suggestion: Suggestion, driver: DriverSnapshot, now: Timestamp, metersPerSecond: Double) {
    let left = driver.position.distanceMeters(to: suggestion.target)
    let whole = suggestion.origin.distanceMeters(to: suggestion.target)
    let watched = driver.seenAt.seconds(since: suggestion.madeAt)
    // With another version of the status, a ride or a break came in between.
    if driver.statusVersion != suggestion.statusVersion || left <= Self.arrivalMeters {
      self = .over
    } else if watched >= Double(Self.patienceSeconds), left > 0.9 * whole, left > whole - Self.arrivalMeters {
      self = now < suggestion.madeAt.advanced(bySeconds: Self.restSeconds) ? .refused : .over
    } else if now < suggestion.expiresAt {
      self = .underWay(target: suggestion.target, seconds: metersPerSecond > 0 ? left / metersPerSecond : 0)
    } else {
      self = .over
    }
  }
}
