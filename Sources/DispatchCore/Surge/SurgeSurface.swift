package import HexGrid

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
  package func price(of cell: HexCell) -> SurgePrice {
    var low = 0
    var high = zones.count
    while low < high {
      let middle = (low + high) / 2
      if zones[middle].cell < cell { low = middle + 1 } else { high = middle }
    }
    let isKnown = low < zones.count && zones[low].cell == cell
    return SurgePrice(tick: tick, zone: isKnown ? zones[low] : SurgeZone(cell: cell))
  }
}
