package import DispatchCore
import HexGrid
import Synchronization

extension MemoryRecord: RideHistory {
  package func firstRequest(in region: RegionID) async throws -> Timestamp? {
    state.withLock { state in
      state.rides.values.lazy.filter { $0.region == region }.map(\.requestedAt).min()
    }
  }

  package func pastRides(
    in region: RegionID, from: Timestamp, _ page: PastRidePage, limit: Int
  ) async throws -> [PastRide] {
    func isOfPage(_ ride: Ride) -> Bool {
      guard ride.region == region, ride.requestedAt >= from else { return false }
      return switch page {
      case .before(let moment): ride.requestedAt < moment
      case .after(let last): (ride.requestedAt, ride.id) < (last.requestedAt, last.ride)
      }
    }
    return state.withLock { state in
      state.rides.values.filter(isOfPage).sorted { ($0.requestedAt, $0.id) > ($1.requestedAt, $1.id) }
        .prefix(max(0, limit)).map { ride in
          PastRide(
            ride: ride.id, requestedAt: ride.requestedAt, pickup: ride.pickup, dropoff: ride.dropoff,
            startedAt: ride.startedAt, completedAt: ride.completedAt)
        }
    }
  }

  package func pastDemand(
    in region: RegionID, within span: Range<Timestamp>, after last: PastDemand?, limit: Int
  ) async throws -> [PastDemand] {
    // What was counted at a moment are the requests of the 15 minutes before it.
    let length = Int64(DemandHistory.intervalSeconds) * 1_000
    return state.withLock { state in
      var found: [PastDemand] = []
      for (time, loads) in state.history[region] ?? [:] where time.unixMilliseconds % length == 0 {
        let start = time.advanced(byMilliseconds: -length)
        guard start >= span.lowerBound, time <= span.upperBound else { continue }
        for load in loads where load.demand > 0 {
          if let last, (start, load.cell) <= (last.start, last.zone) { continue }
          found.append(PastDemand(start: start, zone: load.cell, requests: load.demand))
        }
      }
      return Array(found.sorted { ($0.start, $0.zone) < ($1.start, $1.zone) }.prefix(max(0, limit)))
    }
  }
}
