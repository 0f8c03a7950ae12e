/// What all zones of a region share in a tick of their prices.
package struct SurgeTick: Sendable, Hashable {
  /// Names the tick; what a quote freezes.
  package var version: Int64
  /// The tick that it followed; nil where it was the first, or the one before was stale.
  package var previousVersion: Int64?
  package var countedAt: Timestamp
  /// From then on nobody pays by it.
  package var validUntil: Timestamp
  /// The settings in force.
  package var policy: SurgePolicy
  /// Requests seen in the region.
  package var requests: Int
  /// The demand reckoned with in the region, in hundredths of a request.
  package var demandHundredths: Int
  /// Free drivers in the region.
  package var supply: Int
  /// What the region would pay as a whole, in millionths.
  package var city: Int

  package init(
    version: Int64, previousVersion: Int64?, countedAt: Timestamp, validUntil: Timestamp, policy: SurgePolicy,
    requests: Int, demandHundredths: Int, supply: Int, city: Int
  ) {
    self.version = version
    self.previousVersion = previousVersion
    self.countedAt = countedAt
    self.validUntil = validUntil
    self.policy = policy
    self.requests = requests
    self.demandHundredths = demandHundredths
    self.supply = supply
    self.city = city
  }

  /// Whether its prices are in force; a clock that was put back makes a tick stale too.
  package func isFresh(at now: Timestamp) -> Bool {
    now < validUntil && now >= countedAt.advanced(bySeconds: -policy.staleSeconds)
  }
}
