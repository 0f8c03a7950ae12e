import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid
import Logging

/// Every tick, and region by region: sets the surge of every zone from the riders who ask and the drivers who are free.
///
/// Where the fleet is not known it sets nothing, and the surface in force ends by itself when it is stale.
package struct PriceZones: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  private let rides: any RideStore
  private let fleet: any FleetIndex
  private let surge: any SurgeStore
  /// Nil where no forecast is wanted.
  private let models: (any ModelSource)?
  private let configuration: DispatchConfiguration
  private let policy: SurgePolicy

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    fleet = try setup.binding("fleet")
    surge = try setup.binding("surge")
    configuration = try setup.binding("configuration")
    policy = try SurgePolicy(setup)
    models = policy.forecastPercent > 0 ? try setup.binding("models") : nil
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      var failure: (any Error)?
      for region in configuration.regions.regions {
        // A region that cannot be priced keeps no other waiting, but shows in the end.
        do { try await price(region.id, context) } catch { failure = failure ?? error }
      }
      if let failure { throw failure }
      return .noContent
    }
  }

  private func price(_ region: RegionID, _ context: Context) async throws {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    // An index that lost the fleet shows a shortage that is none.
    guard try await !fleet.needsRebuild(region) else {
      return context.logger.info("zones not priced, the fleet is not known", metadata: ["region": "\(region)"])
    }
    let supply = try await fleet.supply(in: region)
    guard supply.contains(where: { $0.supply > 0 }) else { return }
    let demand = try await rides.demand(
      in: region, demandSince: now.advanced(bySeconds: -policy.windowSeconds), completedSince: now)
    let counts = SurgeCount.join(
      demand: demand, supply: supply, expected: try await expected(region, now),
      forecastPercent: policy.forecastPercent)
    let previous = try await surge.surge(in: region)
    let surface = SurgeModel(policy).surface(of: region, counts: counts, after: previous, at: now)
    let isPublished = try await surge.publish(surface, replacing: previous?.tick.version)
    context.logger.debug(
      "zones priced",
      metadata: [
        "region": "\(region)", "zones": "\(surface.zones.count)",
        "surged": "\(surface.zones.count { $0.tenths > 10 })", "published": "\(isPublished)",
      ])
  }

  /// What the live model expects of each zone within a window from now on; empty without one.
  private func expected(_ region: RegionID, _ now: Timestamp) async throws -> [HexCell: Double] {
    guard let model = try await models?.model(for: region)?.city.requests else { return [:] }
    let sums = model.expected(from: now, seconds: policy.windowSeconds)
    return Dictionary(zip(model.zones, sums).filter { $1 > 0 }, uniquingKeysWith: { first, _ in first })
  }
}
