package import DispatchCore
package import HexGrid
import Synchronization

/// The fleet index in this process's memory: the reference for the one in Redis.
package final class MemoryFleet: FleetIndex {
  private struct Driver {
    var ping: DriverPing?
    var cell: HexCell?
    var status: DriverStatus?
    var isSilent = false

    var isSupply: Bool { ping != nil && status?.activity != .offline }
    var isIdle: Bool { isSupply && !isSilent && status?.activity == .idle && ping?.isOccupied == false }
  }

  private struct Fleet {
    var drivers: [DriverID: Driver] = [:]
    var supply: [HexCell: Int] = [:]
    var idle: [HexCell: Set<DriverID>] = [:]
    var isBuilt = false

    /// Changes a driver and keeps the counters true.
    mutating func update(_ id: DriverID, _ change: (inout Driver) -> Void) {
      let before = drivers[id] ?? Driver()
      var after = before
      change(&after)
      drivers[id] = after
      count(id, before, -1)
      count(id, after, 1)
    }

    /// Forgets where a driver is; the status stays.
    mutating func forget(_ id: DriverID) {
      update(id) { $0 = Driver(status: $0.status) }
      if drivers[id]?.status == nil { drivers[id] = nil }
    }

    private mutating func count(_ id: DriverID, _ driver: Driver, _ step: Int) {
      guard let cell = driver.cell else { return }
      if driver.isSupply {
        let count = (supply[cell] ?? 0) + step
        supply[cell] = count == 0 ? nil : count
      }
      if driver.isIdle {
        if step > 0 {
          idle[cell, default: []].insert(id)
        } else {
          idle[cell]?.remove(id)
          if idle[cell]?.isEmpty == true { idle[cell] = nil }
        }
      }
    }
  }

  private let fleets = Mutex<[RegionID: Fleet]>([:])

  package init() {}

  package func record(_ pings: [DriverPing], in region: RegionID) async throws -> Int {
    fleets.withLock { fleets in
      var superseded = 0
      for ping in pings {
        guard let cell = Zone.cell(at: ping.position) else { continue }
        if let known = fleets[region]?.drivers[ping.driver]?.ping, !ping.supersedes(known) {
          superseded += 1
          continue
        }
        fleets[region, default: Fleet()].update(ping.driver) { driver in
          driver.ping = ping
          driver.cell = cell
          driver.isSilent = false
        }
      }
      return superseded
    }
  }

  package func apply(_ statuses: [DriverStatus]) async throws {
    fleets.withLock { fleets in
      for status in statuses {
        fleets[status.region, default: Fleet()].update(status.driver) { driver in
          if let known = driver.status, known.version >= status.version { return }
          driver.status = status
        }
      }
    }
  }

  package func idleDrivers(
    in region: RegionID, cells: [HexCell]?, seenSince: Timestamp, limit: Int
  ) async throws -> [DriverSnapshot] {
    fleets.withLock { fleets in
      guard let fleet = fleets[region] else { return [] }
      var found: [DriverSnapshot] = []
      // Sorted, so that the same state gives the same answer.
      for cell in cells ?? fleet.idle.keys.sorted() {
        for id in (fleet.idle[cell] ?? []).sorted() {
          guard found.count < limit else { return found }
          if let driver = fleet.drivers[id], let snapshot = Self.snapshot(id, driver), snapshot.seenAt >= seenSince {
            found.append(snapshot)
          }
        }
      }
      return found
    }
  }

  package func driver(_ driver: DriverID, in region: RegionID) async throws -> DriverSnapshot? {
    fleets.withLock { fleets in
      fleets[region]?.drivers[driver].flatMap { Self.snapshot(driver, $0) }
    }
  }

  package func supply(in region: RegionID) async throws -> [ZoneSupply] {
    fleets.withLock { fleets in
      guard let fleet = fleets[region] else { return [] }
      return fleet.supply.map { cell, count in
        ZoneSupply(cell: cell, supply: count, idle: fleet.idle[cell]?.count ?? 0)
      }.sorted { $0.cell < $1.cell }
    }
  }

  package func recountedSupply(in region: RegionID) async throws -> [ZoneSupply] {
    fleets.withLock { fleets in
      var zones: [HexCell: ZoneSupply] = [:]
      for driver in fleets[region]?.drivers.values ?? [:].values {
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
    fleets.withLock { fleets in
      guard var fleet = fleets[region] else { return 0 }
      var swept = 0
      for (id, driver) in fleet.drivers {
        guard let ping = driver.ping else { continue }
        if ping.time < forgottenSince {
          fleet.forget(id)
          swept += 1
        } else if ping.time < silentSince, !driver.isSilent {
          fleet.update(id) { $0.isSilent = true }
          swept += 1
        }
      }
      fleets[region] = fleet
      return swept
    }
  }

  package func needsRebuild(_ region: RegionID) async throws -> Bool {
    fleets.withLock { $0[region]?.isBuilt != true }
  }

  package func markBuilt(_ region: RegionID) async throws {
    fleets.withLock { $0[region, default: Fleet()].isBuilt = true }
  }

  private static func snapshot(_ id: DriverID, _ driver: Driver) -> DriverSnapshot? {
    guard let ping = driver.ping, let cell = driver.cell else { return nil }
    return DriverSnapshot(
      driver: id, position: ping.position, cell: cell, seenAt: ping.time, headingDegrees: ping.headingDegrees,
      isOccupied: ping.isOccupied, vehicleClass: driver.status?.vehicleClass ?? .standard,
      activityName: driver.status?.activity.name, statusVersion: driver.status?.version ?? 0)
  }
}
