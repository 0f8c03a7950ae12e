import DispatchCore
import DispatchState
import FunctionKit
import Synchronization

/// Reckons forecasts; callers within the same second share one.
final class ForecastReader: Sendable {
  /// A region's forecasts for every horizon.
  struct RegionForecast: Sendable {
    var region: RegionID
    /// The version of the model.
    var model: String
    var time: Timestamp
    /// By horizon, shortest first.
    var forecasts: [DemandForecast]
    fileprivate var reckonedAt: ContinuousClock.Instant
  }

  private static let sharedFor = Duration.seconds(1)

  private let models: any ModelSource
  private let demand: RecentDemand
  private let known = Mutex<[RegionID: RegionForecast]>([:])

  init(models: any ModelSource, demand: RecentDemand) {
    self.models = models
    self.demand = demand
  }

  /// The forecasts of those regions that have a model.
  /// - Throws: `FunctionError` with the code `noModel` where none has.
  func forecasts(_ regions: [RegionID], at now: Timestamp) async throws -> [RegionForecast] {
    var found: [RegionForecast] = []
    for region in regions {
      if let forecast = try await forecast(region, at: now) { found.append(forecast) }
    }
    guard !found.isEmpty else {
      throw FunctionError(.notFound, code: "noModel", "Nothing was learned of the region yet.")
    }
    return found
  }

  private func forecast(_ region: RegionID, at now: Timestamp) async throws -> RegionForecast? {
    let reckonedAt = ContinuousClock.now
    guard let model = try await models.model(for: region) else { return nil }
    if let recent = known.withLock({ $0[region] }), recent.model == model.version,
      recent.reckonedAt + Self.sharedFor > reckonedAt, abs(now.milliseconds(since: recent.time)) <= 60_000
    {
      return recent
    }
    let level = try await demand.level(of: region, model.city.requests, at: now)
    let forecast = RegionForecast(
      region: region, model: model.version, time: now,
      forecasts: ForecastHorizon.allCases.map { DemandForecast(model.city, level: level, from: now, horizon: $0) },
      reckonedAt: reckonedAt)
    known.withLock { $0[region] = forecast }
    return forecast
  }
}
