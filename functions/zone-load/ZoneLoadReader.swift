import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Synchronization

/// Counts demand and supply by zone; callers within the same quarter of a second share one count.
final class ZoneLoadReader: Sendable {
  /// Requests of so long count as demand, in seconds.
  static let demandSeconds = 900
  /// Completions of so long count, in seconds.
  static let completedSeconds = 3_600
  private static let sharedFor = Duration.milliseconds(250)

  private struct Count {
    var at: ContinuousClock.Instant
    var supply: [ZoneSupply]
    var demand: [ZoneDemand]
  }

  private let fleet: any FleetIndex
  private let rides: any RideStore
  private let clock: any WallClock
  private let counts = Mutex<[RegionID: Count]>([:])

  init(fleet: any FleetIndex, rides: any RideStore, clock: any WallClock) {
    self.fleet = fleet
    self.rides = rides
    self.clock = clock
  }

  /// The present city time.
  var now: Timestamp { Timestamp(unixMilliseconds: clock.now().unixMilliseconds) }

  /// The zones of a query that have anything to tell, ordered by cell.
  func loads(_ query: ZoneQuery) async throws -> [ZoneLoad] {
    var supply: [ZoneSupply] = []
    var demand: [ZoneDemand] = []
    for region in query.regions {
      let count = try await count(region)
      supply += count.supply
      demand += count.demand
    }
    let loads = ZoneLoad.join(supply: supply, demand: demand, resolution: query.resolution)
    guard let bounds = query.bounds else { return loads }
    return loads.filter { bounds.contains($0.cell.center) }
  }

  private func count(_ region: RegionID) async throws -> Count {
    let started = ContinuousClock.now
    if let known = counts.withLock({ $0[region] }), known.at + Self.sharedFor > started { return known }
    let now = now
    let supply = try await fleet.supply(in: region)
    let demand = try await rides.demand(
      in: region, demandSince: now.advanced(bySeconds: -Self.demandSeconds),
      completedSince: now.advanced(bySeconds: -Self.completedSeconds))
    let count = Count(at: started, supply: supply, demand: demand)
    counts.withLock { $0[region] = count }
    return count
  }
}
