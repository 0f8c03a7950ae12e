import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid

/// Matches as before, then offers what is left to the drivers nearest to being free, one after the other: no policy, but enough
/// to see what next rides do to a day.
struct NextRideMatcher: Function {
  let matcher: any Function
  let rides: any RideStore
  let fleet: any FleetIndex
  let regions: [RegionID]
  let seconds: Int

  init(_ matcher: any Function, rides: any RideStore, fleet: any FleetIndex, regions: [RegionID], seconds: Int) {
    self.matcher = matcher
    self.rides = rides
    self.fleet = fleet
    self.regions = regions
    self.seconds = seconds
  }

  /// It takes its parts from a simulation, not from bindings.
  init(_ setup: FunctionSetup) throws {
    throw SetupError("NextRideMatcher is built by tests only")
  }

  func handle(_ event: Event, _ context: Context) async throws -> Response {
    let response = try await matcher.handle(event, context)
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    for region in regions {
      var soon = try await rides.soonFreeDrivers(
        in: region, expectedFreeBy: now.advanced(bySeconds: seconds), limit: 1_000)
      let seen = Set(
        try await fleet.drivers(soon.map(\.driver), in: region)
          .filter { $0.seenAt >= now.advanced(bySeconds: -60) }.map(\.driver))
      soon.removeAll { !seen.contains($0.driver) }
      var commits: [Commit] = []
      for ride in try await rides.openRides(in: region, limit: 1_000) {
        let choice = soon.indices.filter { !ride.excludedDrivers.contains(soon[$0].driver) }
          .min { Self.meters(soon[$0], ride) < Self.meters(soon[$1], ride) }
        guard let choice else { continue }
        let driver = soon.remove(at: choice)
        let meters = Self.meters(driver, ride)
        let change = try RideLifecycle.offerNext(
          ride, to: driver, pickupETASeconds: driver.secondsLeft(at: now) + Int(meters / 6),
          pickupDistanceMeters: Int(meters), now: now, answerSeconds: 15)
        commits.append(Commit(change, publishing: RideMessages.messages(of: change, at: now)))
      }
      let outcomes = try await rides.commit(commits)
      try await fleet.apply(outcomes.compactMap { if case .applied(let status) = $0 { status } else { nil } })
    }
    return response
  }

  private static func meters(_ driver: SoonFreeDriver, _ ride: Ride) -> Double {
    driver.dropoff.distanceMeters(to: ride.pickup)
  }
}
