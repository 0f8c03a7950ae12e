package import HexGrid

/// Drivers in a zone.
package struct ZoneSupply: Sendable, Hashable {
  package var cell: HexCell
  /// Drivers whose last known position is here and who are not offline.
  package var supply: Int
  /// Those among them who could be offered a ride.
  package var idle: Int

  package init(cell: HexCell, supply: Int, idle: Int) {
    self.cell = cell
    self.supply = supply
    self.idle = idle
  }
}

/// Riders of a zone, by pickup.
package struct ZoneDemand: Sendable, Hashable {
  package var cell: HexCell
  /// Requests within the demand window.
  package var demand: Int
  /// Requests that wait for a driver.
  package var openRequests: Int
  /// Rides completed within the last hour.
  package var completed: Int

  package init(cell: HexCell, demand: Int, openRequests: Int, completed: Int) {
    self.cell = cell
    self.demand = demand
    self.openRequests = openRequests
    self.completed = completed
  }
}

/// Everything that is counted in a zone.
package struct ZoneLoad: Sendable, Hashable {
  package var cell: HexCell
  package var demand = 0
  package var supply = 0
  package var idle = 0
  package var openRequests = 0
  package var completed = 0

  package init(cell: HexCell) {
    self.cell = cell
  }

  /// Joins supply and demand, summed up to a coarser resolution, ordered by cell.
  /// - Parameters:
  ///   - supply: drivers by zone.
  ///   - demand: riders by zone.
  ///   - resolution: 0 up to that of the zones.
  package static func join(supply: [ZoneSupply], demand: [ZoneDemand], resolution: Int) -> [ZoneLoad] {
    var loads: [HexCell: ZoneLoad] = [:]
    for item in supply {
      guard let cell = item.cell.parent(at: resolution) else { continue }
      loads[cell, default: ZoneLoad(cell: cell)].supply += item.supply
      loads[cell, default: ZoneLoad(cell: cell)].idle += item.idle
    }
    for item in demand {
      guard let cell = item.cell.parent(at: resolution) else { continue }
      loads[cell, default: ZoneLoad(cell: cell)].demand += item.demand
      loads[cell, default: ZoneLoad(cell: cell)].openRequests += item.openRequests
      loads[cell, default: ZoneLoad(cell: cell)].completed += item.completed
    }
    return loads.values.sorted { $0.cell < $1.cell }
  }
}
