import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid
import Logging

/// Every tick, and region by region: all rides that wait against all drivers who are free, at the least total cost; reserves the drivers
/// and makes the offers in one step each, then keeps why.
package struct MatchRiders: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many rides are matched at once.
  static let maximumRides = 2_000

  private let rides: any RideStore
  private let pairs: any BlockedPairStore
  private let follower: FleetFollower
  private let configuration: DispatchConfiguration
  private let settings: MatchSettings
  private let search: CandidateSearch
  private let soonFree: SoonFreeSearch
  private let outlook: OutlookReader
  private let keeper: RoundKeeper
  private let travelTimes: any TravelTimes

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    pairs = try setup.binding("pairs")
    follower = try setup.binding("follower")
    configuration = try setup.binding("configuration")
    settings = try MatchSettings(setup)
    travelTimes = try setup.binding("travelTimes")
    let fleet: any FleetIndex = try setup.binding("fleet")
    search = CandidateSearch(fleet: fleet, policy: settings.policy)
    soonFree = SoonFreeSearch(rides: rides, fleet: fleet, seconds: settings.policy.nextRideSeconds)
    outlook = OutlookReader(
      rides: rides, fleet: fleet, models: try setup.binding("models"),
      horizonSeconds: settings.policy.zoneHorizonSeconds)
    keeper = RoundKeeper(
      log: try setup.binding("log"), limits: settings.logLimits, listing: settings.explainedDrivers)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
      var rounds: [MatchRound] = []
      do {
        for region in configuration.regions.regions {
          rounds += try await match(region.id, now, context.logger)
        }
      } catch {
        await keeper.keep(rounds, context.logger)
        throw error
      }
      await keeper.keep(rounds, context.logger)
      return .noContent
    }
  }

  /// Matches a region, where its window is over.
  /// - Returns: the rounds to keep.
  private func match(_ region: RegionID, _ now: Timestamp, _ logger: Logger) async throws -> [MatchRound] {
    let open = try await rides.openRides(in: region, limit: Self.maximumRides)
    guard !open.isEmpty else { return [] }
    let speed = configuration.speeds.metersPerSecond(at: now)
    // What does not depend on each other is read at once: every rider waits for the sum.
    async let reading = search.drivers(for: open, in: region, now: now)
    async let outlooking = outlook.read(region, now: now)
    async let blocking = pairs.blockedPairs(of: open.map(\.rider))
    let drivers = try await reading
    let picture = try await outlooking
    let blocked = Set(try await blocking)
    let seconds = settings.window.seconds(
      waiting: open.count, free: drivers.count, arrivalsPerSecond: picture.outlook.requests(within: 1))
    guard settings.window.ends(at: now, seconds: seconds) else { return [] }
    let finishing = try await soonFree.drivers(in: region, now: now, metersPerSecond: speed)
    var situation = MatchSituation(
      rides: open, drivers: drivers.map { MatchDriver($0) } + finishing.map(\.candidate), metersPerSecond: speed,
      now: now)
    situation.blocked = blocked
    situation.outlook = picture.outlook
    situation.busyDrivers = picture.busyDrivers
    var plan = BatchMatcher.candidates(situation, settings.policy)
    // Straight lines are in the plan already.
    if travelTimes.knowsRoads {
      let queries = plan.drives.map { DriveQuery(origins: $0.origins, destination: $0.destination) }
      let times = try await travelTimes.estimates(for: queries, at: now, in: region)
      plan.setDriveTimes(times.map { $0.map { $0?.seconds } })
    }
    try BatchMatcher.assign(&plan)
    let steps = steps(plan.proposals, open, finishing, now)
    var outcomes: [RideID: MatchRound.Outcome] = [:]
    if !steps.isEmpty {
      let answers = try await rides.commit(steps)
      await follower.follow(answers.compactMap { if case .applied(let status) = $0 { status } else { nil } })
      for (step, answer) in zip(steps, answers) { outcomes[step.change.ride.id] = Self.outcome(answer) }
      logger.debug(
        "matched",
        metadata: [
          "region": "\(region)", "open": "\(open.count)", "drivers": "\(drivers.count)", "offers": "\(steps.count)",
        ])
    }
    return keeper.rounds(of: plan, outcomes)
  }

  private static func outcome(_ answer: CommitOutcome) -> MatchRound.Outcome {
    switch answer {
    case .applied: .offered
    case .driverChanged: .driverChanged
    case .rideChanged, .offerClosed: .rideChanged
    }
  }

  private func steps(
    _ proposals: [BatchMatcher.Proposal], _ open: [Ride], _ finishing: [SoonFreeSearch.Found], _ now: Timestamp
  ) -> [Commit] {
    let byID = Dictionary(open.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let soonFree = Dictionary(finishing.map { ($0.driver.driver, $0.driver) }, uniquingKeysWith: { first, _ in first })
    return proposals.compactMap { proposal in
      guard let ride = byID[proposal.ride], let change = try? step(proposal, ride, soonFree, now) else { return nil }
      return Commit(change, publishing: RideMessages.messages(of: change, at: now))
    }
  }

  private func step(
    _ proposal: BatchMatcher.Proposal, _ ride: Ride, _ soonFree: [DriverID: SoonFreeDriver], _ now: Timestamp
  ) throws -> RideChange {
    if proposal.presentRide != nil, let driver = soonFree[proposal.driver] {
      return try RideLifecycle.offerNext(
        ride, to: driver, pickupETASeconds: proposal.pickupETASeconds,
        pickupDistanceMeters: proposal.pickupDistanceMeters, now: now, answerSeconds: settings.policy.answerSeconds)
    }
    return try RideLifecycle.offer(
      ride, to: proposal.driver, pickupETASeconds: proposal.pickupETASeconds,
      pickupDistanceMeters: proposal.pickupDistanceMeters, now: now, answerSeconds: settings.policy.answerSeconds)
  }
}
