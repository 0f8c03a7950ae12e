package import DispatchCore
import HexGrid

/// Travel times as the live model of each region has learned them; where there is none, straight lines at the hour's speed.
package struct LearnedTravelTimes: TravelTimes {
  private let models: any ModelSource
  private let speeds: SpeedProfile

  /// - Parameters:
  ///   - models: where the live models are.
  ///   - speeds: what is counted on in a region without a model.
  package init(models: any ModelSource, speeds: SpeedProfile) {
    self.models = models
    self.speeds = speeds
  }

  package var knowsRoads: Bool { false }

  package func estimates(
    for queries: [DriveQuery], at time: Timestamp, in region: RegionID
  ) async throws -> [[DriveEstimate?]] {
    let learned = try await models.model(for: region)?.city.travelTime
    return queries.map { query in
      query.origins.map { origin in
        guard origin.isValid, query.destination.isValid else { return nil }
        let seconds =
          learned?.seconds(from: origin, to: query.destination, at: time)
          ?? Double(speeds.seconds(from: origin, to: query.destination, at: time))
        return seconds.isFinite ? DriveEstimate(seconds: seconds, meters: nil) : nil
      }
    }
  }
}
