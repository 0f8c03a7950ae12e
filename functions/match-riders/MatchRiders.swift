import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid
import Logging

/// Every tick, and region by region: all rides that wait against all drivers who are free, at the least total time to the pickups;
/// reserves the drivers and makes the offers in one step each.
package struct MatchRiders: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many rides are matched at once.
  static let maximumRides = 2_000

  private let rides: any RideStore
  private let follower: FleetFollower
  private let configuration: DispatchConfiguration
  private let policy: MatchPolicy
  private let search: CandidateSearch

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    follower = try setup.binding("follower")
    configuration = try setup.binding("configuration")
    policy = MatchPolicy(
      candidatesPerRide: try setup.integer("CANDIDATES_PER_RIDE", default: 20, in: 1...200),
      maximumPickupSeconds: try setup.integer("MAXIMUM_PICKUP_SECONDS", default: 1_200, in: 10...7_200),
      freshnessSeconds: try setup.integer("FRESHNESS_SECONDS", default: 60, in: 1...3_600),
      answerSeconds: try setup.integer("ANSWER_SECONDS", default: 15, in: 1...300))
    search = CandidateSearch(fleet: try setup.binding("fleet"), policy: policy)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      for region in configuration.regions.regions {
        try await match(region.id, context)
      }
      return .noContent
    }
  }

  private func match(_ region: RegionID, _ context: Context) async throws {
    let open = try await rides.openRides(in: region, limit: Self.maximumRides)
    guard !open.isEmpty else { return }
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let drivers = try await search.drivers(
      for: open, in: region, now: now, speed: configuration.speeds.metersPerSecond(at: now))
    let proposals = try BatchMatcher.match(
      rides: open, drivers: drivers, speeds: configuration.speeds, policy: policy, now: now)
    let commits = commits(proposals, open, now)
    guard !commits.isEmpty else { return }
    let outcomes = try await rides.commit(commits)
    let statuses = outcomes.compactMap { if case .applied(let status) = $0 { status } else { nil } }
    await follower.follow(statuses)
    context.logger.debug(
      "matched",
      metadata: [
        "region": "\(region)", "open": "\(open.count)", "drivers": "\(drivers.count)", "offers": "\(statuses.count)",
      ])
  }

  private func commits(_ proposals: [BatchMatcher.Proposal], _ open: [Ride], _ now: Timestamp) -> [Commit] {
    let byID = Dictionary(open.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return proposals.compactMap { proposal in
      guard let ride = byID[proposal.ride],
        let change = try? RideLifecycle.offer(
          ride, to: proposal.driver, pickupETASeconds: proposal.pickupETASeconds,
          pickupDistanceMeters: proposal.pickupDistanceMeters, now: now, answerSeconds: policy.answerSeconds)
      else { return nil }
      return Commit(change, publishing: RideMessages.messages(of: change, at: now))
    }
  }
}
