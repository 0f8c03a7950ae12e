package import DispatchCore
package import DispatchState

/// What a dispatcher who knows the roads counts on: the very times of the simulated city's network.
package struct RoadTravelTimes: TravelTimes {
  private let roads: RoadNetwork
  private let fallback: any TravelTimes

  /// - Parameters:
  ///   - roads: the network.
  ///   - fallback: what is asked where the network has no way.
  package init(roads: RoadNetwork, fallback: any TravelTimes) {
    self.roads = roads
    self.fallback = fallback
  }

  package var knowsRoads: Bool { true }

  package func estimates(
    for queries: [DriveQuery], at time: Timestamp, in region: RegionID
  ) async throws -> [[DriveEstimate?]] {
    var results: [[DriveEstimate?]] = []
    for query in queries {
      var estimates: [DriveEstimate?] = []
      for origin in query.origins {
        if let way = roads.way(from: origin, to: query.destination) {
          estimates.append(DriveEstimate(seconds: Double(way.milliseconds) / 1_000, meters: way.meters))
        } else {
          estimates.append(try await fallback.estimate(from: origin, to: query.destination, at: time, in: region))
        }
      }
      results.append(estimates)
    }
    return results
  }
}
