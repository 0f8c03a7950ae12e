import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import Logging

/// Frees what timed out, so that nothing waits for ever: offers without an answer, requests without a driver, drivers without a sign
/// of life.
package struct ExpireOffers: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many offers and requests are ended per tick and region.
  static let limit = 500
  /// How many drivers are looked at per tick and region.
  static let sweepLimit = 2_000

  private let rides: any RideStore
  private let fleet: any FleetIndex
  private let follower: FleetFollower
  private let configuration: DispatchConfiguration
  /// A driver without a position for so long does not count as idle, in seconds.
  private let silentSeconds: Int
  /// A driver without a position for so long is forgotten, in seconds.
  private let forgottenSeconds: Int

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    fleet = try setup.binding("fleet")
    follower = try setup.binding("follower")
    configuration = try setup.binding("configuration")
    silentSeconds = try setup.integer("SILENT_SECONDS", default: 120, in: 10...86_400)
    forgottenSeconds = try setup.integer("FORGOTTEN_SECONDS", default: 48 * 3_600, in: 60...8_640_000)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    return try await ErrorMapping.store {
      for region in configuration.regions.regions {
        try await lapseOffers(region.id, now, context)
        try await expireRides(region.id, now)
        try await fleet.sweep(
          in: region.id, silentSince: now.advanced(bySeconds: -silentSeconds),
          forgottenSince: now.advanced(bySeconds: -forgottenSeconds), limit: Self.sweepLimit)
      }
      return .noContent
    }
  }

  private func lapseOffers(_ region: RegionID, _ now: Timestamp, _ context: Context) async throws {
    let lapsed = try await rides.lapsedOffers(in: region, at: now, limit: Self.limit)
    let commits = lapsed.compactMap { assignment, offer in
      (try? RideLifecycle.lapse(assignment.ride, offer, activity: assignment.activity, now: now)).map {
        Commit($0, publishing: RideMessages.messages(of: $0, at: now))
      }
    }
    guard !commits.isEmpty else { return }
    let outcomes = try await rides.commit(commits)
    await follower.follow(outcomes.compactMap { if case .applied(let status) = $0 { status } else { nil } })
    context.logger.debug("offers lapsed", metadata: ["region": "\(region)", "count": "\(commits.count)"])
  }

  private func expireRides(_ region: RegionID, _ now: Timestamp) async throws {
    let lapsed = try await rides.lapsedRides(in: region, at: now, limit: Self.limit)
    let commits = lapsed.compactMap { ride in
      (try? RideLifecycle.expire(ride, now: now)).map {
        Commit($0, publishing: RideMessages.messages(of: $0, at: now))
      }
    }
    if !commits.isEmpty { _ = try await rides.commit(commits) }
  }
}
