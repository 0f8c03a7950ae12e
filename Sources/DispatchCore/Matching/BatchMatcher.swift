import HexGrid

/// Assigns waiting rides to free drivers: as many rides as can be, at the least total time to the pickups.
package enum BatchMatcher {
  /// One ride put to one driver.
  package struct Proposal: Sendable, Hashable {
    package var ride: RideID
    package var driver: DriverID
    package var pickupETASeconds: Int
    package var pickupDistanceMeters: Int
  }

  /// What a ride's candidates are: indices of drivers with the time they need, nearest first.
  struct Candidate {
    var driver: Int32
    /// The time that the driver needs, in tenths of a second.
    var deciseconds: Int32
    var meters: Double
  }

  /// Matches a batch.
  ///
  /// Exact: no other assignment of these rides to their candidates serves more rides, or as many in less total time. Equal input
  /// gives equal output.
  /// - Parameters:
  ///   - rides: rides that wait, longest first.
  ///   - drivers: drivers who can be offered a ride.
  ///   - speeds: how fast the crow drives.
  ///   - policy: the knobs.
  ///   - now: the moment.
  package static func match(
    rides: [Ride], drivers: [DriverSnapshot], speeds: SpeedProfile, policy: MatchPolicy, now: Timestamp
  ) throws(SolverError) -> [Proposal] {
    guard !rides.isEmpty, !drivers.isEmpty else { return [] }
    let speed = speeds.metersPerSecond(at: now)
    let reach = FlatEarth(around: rides[0].pickup)
    let places = drivers.map { reach.project($0.position) }
    var rowStart: [Int32] = [0]
    var edgeColumn: [Int32] = []
    var edgeCost: [Int32] = []
    var meters: [Double] = []
    for ride in rides {
      let candidates = nearest(
        to: ride, drivers: drivers, places: places, reach: reach, speed: speed, policy: policy, now: now)
      for candidate in candidates {
        edgeColumn.append(candidate.driver)
        edgeCost.append(candidate.deciseconds)
        meters.append(candidate.meters)
      }
      rowStart.append(Int32(edgeColumn.count))
    }
    // Leaving a ride out costs more than any chain of swaps could save, so that the number of rides comes first.
    let leaveOut = Int32(clamping: (policy.maximumPickupSeconds * 10 + 1) * (rides.count + 1))
    var result: [Int32] = []
    var solver = AssignmentSolver()
    _ = try solver.solve(
      rows: rides.count, columns: drivers.count, rowStart: rowStart, edgeColumn: edgeColumn, edgeCost: edgeCost,
      unassignedCost: Array(repeating: leaveOut, count: rides.count), into: &result)
    return rides.indices.compactMap { row in
      guard result[row] >= 0 else { return nil }
      let edges = Int(rowStart[row])..<Int(rowStart[row + 1])
      guard let edge = edges.first(where: { edgeColumn[$0] == result[row] }) else { return nil }
      return Proposal(
        ride: rides[row].id, driver: drivers[Int(result[row])].driver,
        pickupETASeconds: (Int(edgeCost[edge]) + 9) / 10,
        pickupDistanceMeters: Int(meters[edge].rounded()))
    }
  }

  private static func nearest(
    to ride: Ride, drivers: [DriverSnapshot], places: [FlatEarth.Point], reach: FlatEarth, speed: Double,
    policy: MatchPolicy, now: Timestamp
  ) -> [Candidate] {
    let pickup = reach.project(ride.pickup)
    let farthest = Double(policy.maximumPickupSeconds) * speed
    let oldest = now.advanced(bySeconds: -policy.freshnessSeconds)
    var heap = NearestHeap(capacity: policy.candidatesPerRide)
    for (index, driver) in drivers.enumerated() {
      let squared = places[index].squaredDistance(to: pickup)
      guard squared <= farthest * farthest, heap.wants(squared), driver.seenAt >= oldest, !driver.isOccupied,
        driver.vehicleClass == ride.vehicleClass, !ride.excludedDrivers.contains(driver.driver)
      else { continue }
      heap.insert(squared, index)
    }
    return heap.sorted().map { squared, index in
      let meters = squared.squareRoot()
      return Candidate(
        driver: Int32(index), deciseconds: Int32(clamping: Int64((meters / speed * 10).rounded())), meters: meters)
    }
  }
}
