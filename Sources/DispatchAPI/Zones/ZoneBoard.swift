package import DispatchCore
package import DispatchState
import HexGrid
import Synchronization

/// What every dashboard of this process looks at: demand, supply and surge by zone, counted once and written once for all who ask at about the
/// same time, and shown to everybody until the next count.
package final class ZoneBoard: Sendable {
  /// Requests of so long count as demand, in seconds.
  package static let demandSeconds = 900
  /// Completions of so long count, in seconds.
  package static let completedSeconds = 3_600
  /// How many queries have their answers kept.
  private static let maximumViews = 32

  private struct Kept {
    var view: ZoneView
    var lastUse: UInt64
  }

  private struct State {
    var views: [ZoneQuery: Kept] = [:]
    var uses: UInt64 = 0
    var lastNumber: UInt64 = 0
  }

  /// How old a count may be that is shown, in real time.
  package let freshness: Duration
  private let fleet: any FleetIndex
  private let rides: any RideStore
  private let surge: any SurgeStore
  private let counts = SharedReads<RegionID, ZoneCount>()
  private let state = Mutex(State())

  /// Creates a board.
  /// - Parameters:
  ///   - fleet: counts supply.
  ///   - rides: counts demand.
  ///   - surge: has the prices.
  ///   - freshness: how old a count may be that is shown, in real time.
  package init(
    fleet: any FleetIndex, rides: any RideStore, surge: any SurgeStore, freshness: Duration = .milliseconds(250)
  ) {
    self.fleet = fleet
    self.rides = rides
    self.surge = surge
    self.freshness = freshness
  }

  /// What a query shows; the very same object as long as nothing has changed.
  /// - Parameters:
  ///   - query: which zones.
  ///   - now: the present city time.
  ///   - maximumAge: how old the count may be, in real time; nil takes `freshness`.
  package func view(
    _ query: ZoneQuery, now: Timestamp, maximumAge: Duration? = nil
  ) async throws -> ZoneView {
    var counts: [ZoneCount] = []
    for region in query.regions {
      counts.append(
        try await self.counts.value(region, maximumAge: maximumAge ?? freshness) { former in
          try await self.count(region, now: now, former)
        })
    }
    let numbers = counts.map(\.number)
    let known: ZoneView? = state.withLock { state in
      guard let kept = state.views[query], kept.view.counts == numbers else { return nil }
      state.uses += 1
      state.views[query]?.lastUse = state.uses
      return kept.view
    }
    return known ?? keep(ZoneView(query, counts, numbers: numbers, time: now), of: query)
  }

  /// The zones of a region as they are this moment, not shared with anybody.
  package func loads(in region: RegionID, now: Timestamp) async throws -> [ZoneLoad] {
    let count = try await count(region, now: now, nil)
    return ZoneLoad.join(supply: count.supply, demand: count.demand, resolution: Zone.resolution)
  }

  /// Keeps a view, unless somebody else has made the same meanwhile or has a later one.
  private func keep(_ view: ZoneView, of query: ZoneQuery) -> ZoneView {
    state.withLock { state in
      state.uses += 1
      if let kept = state.views[query] {
        if kept.view.counts == view.counts { return kept.view }
        // Whoever read before somebody else shows what they read, once.
        if zip(kept.view.counts, view.counts).contains(where: { $0 > $1 }) { return view }
      } else if state.views.count >= Self.maximumViews,
        let oldest = state.views.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.views[oldest.key] = nil
      }
      state.views[query] = Kept(view: view, lastUse: state.uses)
      return view
    }
  }

  private func count(_ region: RegionID, now: Timestamp, _ former: ZoneCount?) async throws -> ZoneCount {
    async let supply = fleet.supply(in: region)
    async let surface = surge.surge(in: region)
    let demand = try await rides.demand(
      in: region, demandSince: now.advanced(bySeconds: -Self.demandSeconds),
      completedSince: now.advanced(bySeconds: -Self.completedSeconds))
    var tenths: [HexCell: Int] = [:]
    if let surface = try await surface, surface.tick.isFresh(at: now) {
      for zone in surface.zones where zone.tenths > 10 { tenths[zone.cell] = zone.tenths }
    }
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    let count = ZoneCount(supply: try await supply, demand: demand, surgeTenths: tenths, number: number)
    // Where nothing has changed, all that was written of it still holds.
    if let former, former.isEqual(to: count) { return former }
    return count
  }
}
