package import HexGrid

/// What a batch came to.
package struct MatchPlan: Sendable {
  /// A driver who may serve a ride.
  struct Edge {
    var driver: Int32
    /// The time to the pickup, in tenths of a second.
    var etaDeciseconds: Int32
    /// What taking the driver costs the zone, in tenths of a second.
    var zoneDeciseconds: Int32

    var deciseconds: Int32 { etaDeciseconds + zoneDeciseconds }
  }

  let situation: MatchSituation
  let policy: MatchPolicy
  let rules: PairRules
  /// The edges of row r are `edges[rowStart[r]..<rowStart[r + 1]]`, nearest first.
  var rowStart: [Int32] = [0]
  var edges: [Edge] = []
  /// The driver of each ride, or -1.
  var driverOfRow: [Int32]

  init(_ situation: MatchSituation, _ policy: MatchPolicy) {
    self.situation = situation
    self.policy = policy
    rules = PairRules(situation, policy)
    driverOfRow = Array(repeating: -1, count: situation.rides.count)
  }

  /// The rides that were matched, in their order.
  package var rides: [Ride] { situation.rides }

  /// When they were matched.
  package var time: Timestamp { situation.now }

  /// Puts rides to drivers, in the order of the rides.
  package var proposals: [BatchMatcher.Proposal] {
    situation.rides.indices.compactMap { row in
      guard let edge = chosenEdge(row) else { return nil }
      let driver = situation.drivers[Int(edge.driver)]
      let ride = situation.rides[row]
      return BatchMatcher.Proposal(
        ride: ride.id, driver: driver.driver, pickupETASeconds: (Int(edge.etaDeciseconds) + 9) / 10,
        pickupDistanceMeters: Int(rules.meters(Int(edge.driver), rules.row(ride)).rounded()),
        presentRide: driver.presentRide)
    }
  }

  /// What a ride's age is worth, in tenths of a second.
  func ageBonus(_ ride: Ride) -> Int {
    let age = min(PairRules.age(of: ride, at: situation.now), Double(policy.maximumAgeSeconds))
    return Int(exactly: (min(max(policy.ageWeight, -100), 100) * age * 10).rounded()) ?? 0
  }

  /// What the time that a ride takes costs, in tenths of a second.
  func rideCost(_ ride: Ride) -> Int {
    let seconds = ride.pickup.distanceMeters(to: ride.dropoff) / situation.metersPerSecond
    return Int(exactly: (min(max(policy.rideWeight, 0), 100) * min(max(seconds, 0), 7_200) * 10).rounded()) ?? 0
  }

  /// Leaving a ride out costs more than any chain of swaps could save, so that the number of rides comes first; then their ages and
  /// lengths.
  var leaveOutCosts: [Int32] {
    let bonuses = situation.rides.map { ageBonus($0) - rideCost($0) }
    let least = bonuses.min() ?? 0
    let widest = (bonuses.max() ?? 0) - least
    let dearest = Int(edges.reduce(0) { max($0, $1.deciseconds) })
    let base = (dearest + widest + 1) * (situation.rides.count + 1)
    return bonuses.map { Int32(clamping: base + $0 - least) }
  }

  func chosenEdge(_ row: Int) -> Edge? {
    guard row < driverOfRow.count, driverOfRow[row] >= 0 else { return nil }
    return edges(of: row).first { $0.driver == driverOfRow[row] }
  }

  func edges(of row: Int) -> ArraySlice<Edge> {
    guard row + 1 < rowStart.count else { return [] }
    return edges[Int(rowStart[row])..<Int(rowStart[row + 1])]
  }

  /// The drives to the pickups that are weighed: for each ride, where its candidates start, nearest first.
  package var drives: [(origins: [GeoPoint], destination: GeoPoint)] {
    situation.rides.indices.map { row in
      (edges(of: row).map { situation.drivers[Int($0.driver)].position }, situation.rides[row].pickup)
    }
  }

  /// Takes drive times of somebody who knows the roads in place of those along straight lines.
  /// - Parameter seconds: for each of `drives`, and each of its origins, the time in seconds; nil keeps what there is.
  package mutating func setDriveTimes(_ seconds: [[Double?]]) {
    for (row, times) in zip(situation.rides.indices, seconds) where row + 1 < rowStart.count {
      for (index, time) in zip(Int(rowStart[row])..<Int(rowStart[row + 1]), times) {
        guard let time, time.isFinite else { continue }
        let until = situation.drivers[Int(edges[index].driver)].freeInSeconds
        edges[index].etaDeciseconds = Self.deciseconds(until + time)
      }
    }
  }

  mutating func addCandidates(of ride: Ride, _ shortage: inout ZoneShortage) {
    let row = rules.row(ride)
    var heap = NearestHeap(capacity: policy.candidatesPerRide)
    for index in situation.drivers.indices {
      let squared = rules.squaredDistance(index, row)
      guard heap.wants(squared), rules.obstacle(index, row, squared) == nil else { continue }
      heap.insert(squared, index)
    }
    for (squared, index) in heap.sorted() {
      let seconds = squared.squareRoot() / situation.metersPerSecond
      let zone = shortage.cost(of: situation.drivers[index], for: ride)
      edges.append(
        Edge(
          driver: Int32(index), etaDeciseconds: Self.deciseconds(seconds), zoneDeciseconds: Self.deciseconds(zone)))
    }
    rowStart.append(Int32(edges.count))
  }

  private static func deciseconds(_ seconds: Double) -> Int32 {
    // Far beyond any limit, and two of them still add up.
    Int32(min(max(seconds * 10, 0), 1_000_000).rounded())
  }
}
