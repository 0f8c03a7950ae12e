package import HexGrid

/// What a zone's price is made from.
package struct SurgeCount: Sendable, Hashable {
  package var cell: HexCell
  /// Requests that were seen.
  package var requests: Int
  /// The demand to reckon with, in hundredths of a request: the requests seen, or these blended with a forecast.
  package var demandHundredths: Int
  /// Free drivers.
  package var supply: Int

  /// More of anything are not told apart, so that no product leaves 64 bits.
  static let most = 1_000_000_000

  /// Makes a count.
  /// - Parameters:
  ///   - cell: the zone.
  ///   - requests: requests seen.
  ///   - demandHundredths: the demand to reckon with; nil takes the requests seen.
  ///   - supply: free drivers.
  package init(cell: HexCell, requests: Int, demandHundredths: Int? = nil, supply: Int) {
    self.cell = cell
    self.requests = requests
    self.demandHundredths = demandHundredths ?? min(max(requests, 0), Self.most) * 100
    self.supply = supply
  }
}

extension SurgeCount {
  /// Joins what is known of a region's zones, one count per zone, ordered by cell.
  /// - Parameters:
  ///   - demand: riders; asked within the window, or still waiting.
  ///   - supply: drivers; the idle ones count.
  ///   - expected: the requests that a forecast expects within a window; empty without one.
  ///   - forecastPercent: the weight of the forecast, where there is one.
  package static func join(
    demand: [ZoneDemand], supply: [ZoneSupply], expected: [HexCell: Double] = [:], forecastPercent: Int = 0
  ) -> [SurgeCount] {
    var counts: [HexCell: SurgeCount] = [:]
    for zone in demand {
      // Whoever waits since before the window is open but no longer in the window, most are both: the larger number counts.
      counts[zone.cell, default: SurgeCount(cell: zone.cell, requests: 0, supply: 0)].requests +=
        min(max(zone.demand, zone.openRequests, 0), most)
    }
    for zone in supply where zone.idle > 0 {
      counts[zone.cell, default: SurgeCount(cell: zone.cell, requests: 0, supply: 0)].supply += min(zone.idle, most)
    }
    let share = expected.isEmpty ? 0 : min(max(forecastPercent, 0), 100)
    if share > 0 {
      for cell in expected.keys where counts[cell] == nil {
        counts[cell] = SurgeCount(cell: cell, requests: 0, supply: 0)
      }
    }
    return counts.values.sorted { $0.cell < $1.cell }.map { count in
      var count = count
      let hundredths = Int(exactly: (min(max(expected[count.cell] ?? 0, 0), 1e6) * 100).rounded()) ?? 0
      count.demandHundredths = (count.requests * 100 * (100 - share) + hundredths * share) / 100
      return count
    }
  }
}
