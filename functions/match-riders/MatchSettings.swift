import DispatchCore
import DispatchState
import FunctionKit

/// What the settings of function.yaml say.
struct MatchSettings: Sendable {
  let policy: MatchPolicy
  let window: MatchWindow
  let logLimits: MatchLogLimits
  let explainedDrivers: Int

  init(_ setup: FunctionSetup) throws {
    var policy = MatchPolicy(
      candidatesPerRide: try setup.integer("CANDIDATES_PER_RIDE", default: 20, in: 1...200),
      maximumPickupSeconds: try setup.integer("MAXIMUM_PICKUP_SECONDS", default: 1_200, in: 10...7_200),
      freshnessSeconds: try setup.integer("FRESHNESS_SECONDS", default: 60, in: 1...3_600),
      answerSeconds: try setup.integer("ANSWER_SECONDS", default: 15, in: 1...300))
    policy.maximumWaitSeconds = try setup.integer("MAXIMUM_WAIT_SECONDS", default: 600, in: 0...86_400)
    policy.ageWeight = try setup.number("AGE_WEIGHT", default: policy.ageWeight, in: -10...10)
    policy.rideWeight = try setup.number("RIDE_WEIGHT", default: 0.1, in: 0...10)
    policy.zoneShortSeconds = try setup.number("ZONE_SHORT_SECONDS", default: 30, in: 0...600)
    policy.zoneHorizonSeconds = try setup.integer(
      "ZONE_HORIZON_SECONDS", default: policy.zoneHorizonSeconds, in: 30...3_600)
    policy.scarceReachSeconds = try setup.integer("SCARCE_REACH_SECONDS", default: 120, in: 0...7_200)
    policy.scarceReachGrowth = try setup.number("SCARCE_REACH_GROWTH", default: policy.scarceReachGrowth, in: 0...100)
    policy.nextRideSeconds = try setup.integer("NEXT_RIDE_SECONDS", default: 0, in: 0...3_600)
    self.policy = policy
    let minimum = try setup.integer("MINIMUM_WINDOW_SECONDS", default: 2, in: 1...600)
    window = MatchWindow(
      minimumSeconds: minimum,
      maximumSeconds: try setup.integer("MAXIMUM_WINDOW_SECONDS", default: max(minimum, 8), in: 1...600))
    logLimits = MatchLogLimits(
      roundsPerRide: try setup.integer("EXPLAINED_ROUNDS", default: 20, in: 1...200),
      spacingSeconds: try setup.integer("EXPLAINED_SPACING_SECONDS", default: 30, in: 0...3_600))
    explainedDrivers = try setup.integer("EXPLAINED_DRIVERS", default: 40, in: 0...2_000)
  }
}
