import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import Logging

/// Every tick, and region by region: suggests to free drivers to wait where the next riders will be, as far as that is worth the
/// drive. Without a model of the region it does nothing.
package struct RebalanceFleet: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many drivers, and how many rides under way, are looked at.
  static let limit = 20_000

  private let rides: any RideStore
  private let suggestions: any SuggestionStore
  private let models: any ModelSource
  private let configuration: DispatchConfiguration
  private let fleet: FleetReader
  private let demand: RecentDemand
  private let policy: RebalancePolicy
  private let planners = PlannerCache()

  package init(_ setup: FunctionSetup) throws {
    suggestions = try setup.binding("suggestions")
    models = try setup.binding("models")
    configuration = try setup.binding("configuration")
    rides = try setup.binding("rides")
    fleet = FleetReader(
      fleet: try setup.binding("fleet"), rides: rides, suggestions: suggestions,
      freshnessSeconds: try setup.integer("FRESHNESS_SECONDS", default: 60, in: 1...3_600))
    demand = RecentDemand(rides: rides)
    var policy = RebalancePolicy()
    policy.longDriveWeight = try setup.number("LONG_DRIVE_WEIGHT", default: policy.longDriveWeight, in: 0...100)
    policy.shortDriveWeight = try setup.number("SHORT_DRIVE_WEIGHT", default: policy.shortDriveWeight, in: 0...100)
    policy.lostRideSeconds = try setup.number("LOST_RIDE_SECONDS", default: policy.lostRideSeconds, in: 0...100_000)
    policy.coverSeconds = try setup.integer("COVER_SECONDS", default: policy.coverSeconds, in: 30...7_200)
    policy.leastGainSeconds = try setup.number("LEAST_GAIN_SECONDS", default: policy.leastGainSeconds, in: 0...10_000)
    self.policy = policy
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      for region in configuration.regions.regions {
        guard let model = try await models.model(for: region.id) else { continue }
        try await rebalance(region.id, model, context)
      }
      return .noContent
    }
  }

  private func rebalance(_ region: RegionID, _ model: LiveModel, _ context: Context) async throws {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let speed = configuration.speeds.metersPerSecond(at: now)
    let picture = try await fleet.read(region, model.city, now: now, metersPerSecond: speed, limit: Self.limit)
    guard picture.drivers.contains(where: \.isMovable) else { return }
    let waiting = try await rides.openRides(in: region, limit: Self.limit)
    let situation = Rebalancer.Situation(
      now: now, drivers: picture.drivers, level: try await demand.level(of: region, model.city.requests, at: now),
      metersPerSecond: speed, waiting: Dictionary(waiting.map { ($0.pickupCell, 1) }, uniquingKeysWith: +))
    let items = try planners.plan(situation, region, model, policy).compactMap { move -> SuggestionCommit? in
      guard let driver = picture.free[move.driver] else { return nil }
      let suggestion = Suggestion(move, to: driver, in: region, now: now)
      return SuggestionCommit(suggestion, publishing: SuggestionMessages.message(of: suggestion))
    }
    guard !items.isEmpty else { return }
    let kept = try await suggestions.suggest(items)
    context.logger.debug(
      "rebalanced",
      metadata: [
        "region": "\(region)", "drivers": "\(picture.free.count)", "moves": "\(items.count)", "kept": "\(kept.count)",
      ])
  }
}
