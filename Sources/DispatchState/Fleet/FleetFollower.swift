package import DispatchCore
import Synchronization

/// Makes the fleet index follow the record: what could not be applied is made up for by a rebuild.
///
/// A change of status is committed to the record first. Should the index be away at that moment, the call does not fail; the region
/// is rebuilt from the record as soon as the index answers again. Statuses carry versions, so applying one twice or late is harmless.
package final class FleetFollower: Sendable {
  private let fleet: any FleetIndex
  private let drivers: any DriverStore
  private let behind: Mutex<Set<RegionID>>

  /// Creates a follower; every region counts as behind until its first rebuild.
  package init(fleet: any FleetIndex, drivers: any DriverStore, regions: [RegionID]) {
    self.fleet = fleet
    self.drivers = drivers
    behind = Mutex(Set(regions))
  }

  /// Takes statuses that were committed.
  package func follow(_ statuses: [DriverStatus]) async {
    guard !statuses.isEmpty else { return }
    do {
      try await fleet.apply(statuses)
    } catch {
      behind.withLock { $0.formUnion(statuses.map(\.region)) }
    }
  }

  /// Rebuilds a region if the index lost it, or fell behind.
  /// - Returns: how many drivers were applied; nil where nothing had to be done.
  /// - Throws: where a store does not answer; the region stays behind.
  package func catchUp(_ region: RegionID) async throws -> Int? {
    let isBehind = behind.withLock { $0.remove(region) != nil }
    do {
      guard try await fleet.needsRebuild(region) || isBehind else { return nil }
      var count = 0
      var cursor: DriverID?
      while true {
        let page = try await drivers.statuses(in: region, after: cursor, limit: 1_000)
        try await fleet.apply(page)
        count += page.count
        guard page.count == 1_000, let last = page.last else { break }
        cursor = last.driver
      }
      try await fleet.markBuilt(region)
      return count
    } catch {
      if isBehind { behind.withLock { _ = $0.insert(region) } }
      throw error
    }
  }
}
