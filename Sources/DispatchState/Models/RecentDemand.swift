package import DispatchCore
import HexGrid

/// Reads how busy a region is at present.
package struct RecentDemand: Sendable {
  /// An interval without a single request although so many were expected was not watched: the server was not there.
  static let missedRequests = 20.0

  private let rides: any RideStore

  package init(rides: any RideStore) {
    self.rides = rides
  }

  /// The level by the latest quarters of an hour, as far back as they were watched.
  package func level(of region: RegionID, _ model: DemandModel, at now: Timestamp) async throws -> DemandLevel {
    let length = DemandHistory.intervalSeconds
    var intervals: [[HexCell: Int]] = []
    var newer: [HexCell: Int] = [:]
    for number in 1...DemandLevel.recentIntervals {
      let start = now.advanced(bySeconds: -number * length)
      let demand = try await rides.demand(in: region, demandSince: start, completedSince: now)
      let all = Dictionary(demand.map { ($0.cell, $0.demand) }, uniquingKeysWith: +)
      let counts = all.merging(newer) { $0 - $1 }.filter { $0.value > 0 }
      if counts.isEmpty, model.expectedTotal(from: start, seconds: length) >= Self.missedRequests { break }
      intervals.append(counts)
      newer = all
    }
    return DemandLevel(recent: intervals, model: model, until: now)
  }
}
