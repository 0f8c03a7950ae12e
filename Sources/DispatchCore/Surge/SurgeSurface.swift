package import HexGrid

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

/// The prices of all zones of a region in one tick.
package struct SurgeSurface: Sendable, Hashable {
  package var region: RegionID
  package var tick: SurgeTick
  /// The zones of which there is anything to tell, ordered by cell; any other pays 1.0.
  package var zones: [SurgeZone]

  package init(region: RegionID, tick: SurgeTick, zones: [SurgeZone]) {
    self.region = region
    self.tick = tick
    self.zones = zones
  }

  /// The price of one zone.
  package func price(of cell: HexCell) -> ZonePrice {
    var low = 0
    var high = zones.count
    while low < high {
      let middle = (low + high) / 2
      if zones[middle].cell < cell { low = middle + 1 } else { high = middle }
    }
    let isKnown = low < zones.count && zones[low].cell == cell
    return ZonePrice(tick: tick, zone: isKnown ? zones[low] : SurgeZone(cell: cell))
  }
}

/// The price of one zone in a tick.
package struct ZonePrice: Sendable, Hashable {
  package var tick: SurgeTick
  package var zone: SurgeZone

  package init(tick: SurgeTick, zone: SurgeZone) {
    self.tick = tick
    self.zone = zone
  }

  /// The multiplier in force at a moment, in tenths: 1.0 once the tick is stale.
  package func tenths(at now: Timestamp) -> Int {
    tick.isFresh(at: now) ? zone.tenths : 10
  }
}
