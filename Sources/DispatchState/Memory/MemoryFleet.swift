package import DispatchCore
package import HexGrid
import Synchronization

/// The fleet index and the zones' prices in this process's memory: the reference for those in Redis.
package final class MemoryFleet: FleetIndex {
  private let fleets = Mutex<[RegionID: MemoryFleetRegion]>([:])
  let surfaces = Mutex<[RegionID: SurgeSurface]>([:])

  package init() {}

  package func record(_ pings: [DriverPing], in region: RegionID) async throws -> Int {
    fleets.withLock { fleets in
      Self.record(pings, &fleets[region, default: MemoryFleetRegion()])
    }
  }

  private static func record(_ pings: [DriverPing], _ fleet: inout MemoryFleetRegion) -> Int {
    var superseded = 0
    for ping in pings where !fleet.record(ping) { superseded += 1 }
    return superseded
  }

  package func apply(_ statuses: [DriverStatus]) async throws {
    fleets.withLock { fleets in
      for status in statuses { fleets[status.region, default: MemoryFleetRegion()].apply(status) }
    }
  }

  package func idleDrivers(
    in region: RegionID, cells: [HexCell]?, seenSince: Timestamp, limit: Int
  ) async throws -> [DriverSnapshot] {
    // Sorted, so that the same state gives the same answer.
    fleets.withLock { $0[region]?.idle(in: cells, seenSince: seenSince, limit: limit) ?? [] }
  }

  package func driver(_ driver: DriverID, in region: RegionID) async throws -> DriverSnapshot? {
    fleets.withLock { $0[region]?.snapshot(driver) }
  }

  package func drivers(_ drivers: [DriverID], in region: RegionID) async throws -> [DriverSnapshot] {
    fleets.withLock { fleets in
      guard let fleet = fleets[region] else { return [] }
      return drivers.compactMap { fleet.snapshot($0) }
    }
  }

  package func supply(in region: RegionID) async throws -> [ZoneSupply] {
    fleets.withLock { fleets in
      guard let fleet = fleets[region] else { return [] }
      return fleet.supply.map { cell, count in
        ZoneSupply(cell: cell, supply: count, idle: fleet.idleCount(in: cell))
      }.sorted { $0.cell < $1.cell }
    }
  }

  package func recountedSupply(in region: RegionID) async throws -> [ZoneSupply] {
    fleets.withLock { fleets in
      var zones: [HexCell: ZoneSupply] = [:]
      for driver in fleets[region]?.slots ?? [] {
        guard let cell = driver.cell, driver.isSupply else { continue }
        zones[cell, default: ZoneSupply(cell: cell, supply: 0, idle: 0)].supply += 1
        if driver.isIdle { zones[cell]?.idle += 1 }
      }
      return zones.values.sorted { $0.cell < $1.cell }
    }
  }

  package func sweep(
    in region: RegionID, silentSince: Timestamp, forgottenSince: Timestamp, limit: Int
  ) async throws -> Int {
    fleets.withLock {
      $0[region]?.sweep(silentSince: silentSince, forgottenSince: forgottenSince, limit: limit) ?? 0
    }
  }

  package func needsRebuild(_ region: RegionID) async throws -> Bool {
    fleets.withLock { $0[region]?.isBuilt != true }
  }

  package func markBuilt(_ region: RegionID) async throws {
    fleets.withLock { $0[region, default: MemoryFleetRegion()].isBuilt = true }
  }
}
