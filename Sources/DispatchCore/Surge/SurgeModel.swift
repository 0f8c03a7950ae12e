import HexGrid

/// Turns demand and supply into prices by zone: high where riders outnumber free drivers, smooth in space and time.
///
/// A zone's value is `1 + a · max(0, (D − S) / max(S, 1))`, up to the cap, of itself, of itself with its ring, and of the city; the
/// three are blended. Neighbours are then held within a bound of each other by lowering the higher one, never by raising one; the
/// result is smoothed over time, rounded to tenths with a dead band, and moves by a limited step per tick.
///
/// Every stage keeps what the stages before gave. More demand or less supply anywhere never lowers a price, now or later, because
/// each stage is monotone. Neighbours stay within their bound, because a weighted mean of two surfaces with that bound, and the
/// middle one of three, has it too. All arithmetic is on integers, so that every machine gives the same prices.
package struct SurgeModel: Sendable {
  /// 1.0, in millionths.
  package static let one = 1_000_000
  /// A tenth, in millionths.
  static let tenth = one / 10

  private let policy: SurgePolicy

  package init(_ policy: SurgePolicy = SurgePolicy()) {
    self.policy = policy
  }

  /// The prices of a region's next tick.
  ///
  /// Without a surface to go on from (none, or a stale one) every zone pays 1.0 in this tick: what was counted in the first moments
  /// after a start, or after the loss of a store, may be only a part of the fleet.
  /// - Parameters:
  ///   - region: the region.
  ///   - counts: demand and supply by zone, each zone once, in any order.
  ///   - previous: the surface that is in force.
  ///   - now: when it was counted.
  package func surface(
    of region: RegionID, counts: [SurgeCount], after previous: SurgeSurface?, at now: Timestamp
  ) -> SurgeSurface {
    let base = previous.flatMap { $0.tick.isFresh(at: now) ? $0 : nil }
    let countOf = Dictionary(counts.map { ($0.cell, $0) }, uniquingKeysWith: { first, _ in first })
    let city = counts.reduce(into: Area()) { $0.add($1) }
    let grid = ZoneGrid(cells: Self.cells(countOf, base))
    var zones = grid.cells.map { zone($0, countOf, base, city: value(city)) }
    holdNeighbors(&zones, grid)
    for index in zones.indices { move(&zones[index], base) }
    let tick = SurgeTick(
      version: now.unixMilliseconds, previousVersion: base?.tick.version, countedAt: now,
      validUntil: now.advanced(bySeconds: policy.staleSeconds), policy: policy, requests: city.requests,
      demandHundredths: city.demandHundredths, supply: city.supply, city: value(city))
    return SurgeSurface(region: region, tick: tick, zones: zones)
  }

  /// What lies in a zone, a ring or the city.
  private struct Area {
    var requests = 0
    var demandHundredths = 0
    var supply = 0

    mutating func add(_ count: SurgeCount) {
      let most = SurgeCount.most
      requests = min(requests + min(max(count.requests, 0), most), most)
      demandHundredths = min(demandHundredths + min(max(count.demandHundredths, 0), most), most)
      supply = min(supply + min(max(count.supply, 0), most), most)
    }
  }

  /// Every zone that has something to tell: counts, a neighbour with demand, or a price to come down from.
  private static func cells(_ counts: [HexCell: SurgeCount], _ base: SurgeSurface?) -> [HexCell] {
    var cells: Set<HexCell> = []
    for (cell, count) in counts {
      cells.insert(cell)
      if count.requests > 0 || count.demandHundredths > 0 { cells.formUnion(cell.neighbors) }
    }
    for zone in base?.zones ?? [] where zone.tenths > 10 || zone.smoothed > one { cells.insert(zone.cell) }
    return cells.sorted()
  }

  /// The formula, in millionths; 1.0 where there are too few requests to tell.
  private func value(_ area: Area) -> Int {
    guard area.requests >= policy.minimumRequests else { return Self.one }
    let supply = area.supply * 100
    let shortage = max(0, area.demandHundredths - supply)
    let surge = policy.sensitivityPercent * (Self.one / 100) * shortage / max(supply, 100)
    return min(Self.one + surge, cap)
  }

  private var cap: Int { max(policy.capTenths, 10) * Self.tenth }

  private func zone(
    _ cell: HexCell, _ counts: [HexCell: SurgeCount], _ base: SurgeSurface?, city: Int
  ) -> SurgeZone {
    var own = Area()
    if let count = counts[cell] { own.add(count) }
    var ring = own
    for neighbor in cell.neighbors {
      if let count = counts[neighbor] { ring.add(count) }
    }
    var zone = base?.price(of: cell).zone ?? SurgeZone(cell: cell)
    zone.previousTenths = zone.tenths
    zone.requests = own.requests
    zone.demandHundredths = own.demandHundredths
    zone.supply = own.supply
    zone.ringRequests = ring.requests
    zone.ringDemandHundredths = ring.demandHundredths
    zone.ringSupply = ring.supply
    zone.own = value(own)
    zone.ring = value(ring)
    // A busy city is no reason to pay more where hardly anybody asks.
    zone.blend =
      ring.requests < policy.minimumRequests
      ? Self.one
      : (zone.own * policy.ownPercent + zone.ring * policy.ringPercent + city * policy.cityPercent) / 100
    zone.target = zone.blend
    return zone
  }

  /// Lowers each zone to what the zones around allow: the largest surface below the blends whose neighbours differ by no more than the
  /// bound. A zone that is not on the grid pays 1.0.
  private func holdNeighbors(_ zones: inout [SurgeZone], _ grid: ZoneGrid) {
    let bound = max(policy.neighborTenths, 1) * Self.tenth
    // A zone's influence ends where the bound has made up for the cap.
    let reach = (cap - Self.one + bound - 1) / bound
    var targets = zones.map(\.target)
    for _ in 0..<reach {
      let before = targets
      for index in targets.indices where before[index] > Self.one {
        for neighbor in grid.neighbors[index] {
          targets[index] = min(targets[index], (neighbor.map { before[$0] } ?? Self.one) + bound)
        }
      }
      if targets == before { break }
    }
    for index in zones.indices { zones[index].target = targets[index] }
  }

  /// Takes a zone one tick on: smoothed, rounded with a dead band, at most a step.
  private func move(_ zone: inout SurgeZone, _ base: SurgeSurface?) {
    guard base != nil else { return }
    let share = policy.smoothingPercent
    zone.smoothed = (zone.target * share + min(zone.smoothed, cap) * (100 - share)) / 100
    let previous = zone.previousTenths
    let band = Self.tenth / 2 + policy.hysteresisHundredths * (Self.one / 100)
    // The nearest tenths that lie within the band; the price stays where it is if it is one of them.
    let lowest = (zone.smoothed - band + Self.tenth - 1) / Self.tenth
    let highest = (zone.smoothed + band) / Self.tenth
    let wanted = min(max(previous, lowest), highest)
    let stepped = min(max(wanted, previous - policy.stepTenths), previous + policy.stepTenths)
    zone.tenths = min(max(stepped, 10), max(policy.capTenths, 10))
  }
}
