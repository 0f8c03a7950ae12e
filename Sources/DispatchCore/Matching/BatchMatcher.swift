import HexGrid

/// Assigns waiting rides to drivers: as many rides as can be, at the least cost.
///
/// The cost of a pair is the time to the pickup plus what taking the driver costs the zone; where not every ride can be served, a ride's
/// age counts for it. Exact: no other assignment of these rides to their candidates serves more rides, or as many at less cost. Equal
/// input gives equal output.
package enum BatchMatcher {
  /// One ride put to one driver.
  package struct Proposal: Sendable, Hashable {
    package var ride: RideID
    package var driver: DriverID
    package var pickupETASeconds: Int
    package var pickupDistanceMeters: Int
    /// The ride that the driver is still on.
    package var presentRide: RideID?
  }

  /// Matches a batch by times along straight lines.
  /// - Parameters:
  ///   - situation: rides and drivers.
  ///   - policy: the knobs.
  /// - Returns: the proposals, and what was thought of everybody else.
  package static func plan(_ situation: MatchSituation, _ policy: MatchPolicy) throws(SolverError) -> MatchPlan {
    var plan = candidates(situation, policy)
    try assign(&plan)
    return plan
  }

  /// Finds out who could serve whom, and when.
  /// - Parameters:
  ///   - situation: rides and drivers.
  ///   - policy: the knobs.
  /// - Returns: a plan without an assignment.
  package static func candidates(_ situation: MatchSituation, _ policy: MatchPolicy) -> MatchPlan {
    var plan = MatchPlan(situation, policy)
    guard !situation.rides.isEmpty, !situation.drivers.isEmpty, situation.metersPerSecond > 0,
      situation.metersPerSecond.isFinite
    else { return plan }
    var shortage = ZoneShortage(situation, seconds: policy.zoneShortSeconds)
    for ride in situation.rides { plan.addCandidates(of: ride, &shortage) }
    return plan
  }

  /// Assigns the candidates of a plan.
  package static func assign(_ plan: inout MatchPlan) throws(SolverError) {
    let situation = plan.situation
    guard plan.rowStart.count == situation.rides.count + 1, !situation.drivers.isEmpty else { return }
    var solver = AssignmentSolver()
    _ = try solver.solve(
      rows: situation.rides.count, columns: situation.drivers.count, rowStart: plan.rowStart,
      edgeColumn: plan.edges.map(\.driver), edgeCost: plan.edges.map(\.deciseconds), unassignedCost: plan.leaveOutCosts,
      into: &plan.driverOfRow)
  }
}
