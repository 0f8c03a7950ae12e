/// How a plan came about, ride by ride; worked out only where somebody wants to know.
extension MatchPlan {
  /// What a ride's round was.
  /// - Parameters:
  ///   - row: the ride, by its place in the situation.
  ///   - outcome: what became of the proposal; nil where there was none.
  ///   - limit: how many drivers are listed one by one; those who were weighed always are.
  package func round(of row: Int, outcome: MatchRound.Outcome?, listing limit: Int) -> MatchRound? {
    guard situation.rides.indices.contains(row) else { return nil }
    let ride = rules.row(situation.rides[row])
    let edgeOfDriver = edges(of: row).reduce(into: [Int32: Edge]()) { $0[$1.driver] = $1 }
    // The nearest, whatever is to be said of them; who was weighed is listed however far off.
    var nearest = NearestHeap(capacity: max(limit, 1))
    let distances = situation.drivers.indices.map { rules.squaredDistance($0, ride) }
    for (index, squared) in distances.enumerated() where nearest.wants(squared) { nearest.insert(squared, index) }
    var isListed = Array(repeating: false, count: situation.drivers.count)
    for item in nearest.sorted().prefix(max(limit, 0)) { isListed[item.index] = true }
    for edge in edges(of: row) { isListed[Int(edge.driver)] = true }
    let judge = Judge(plan: self, row: row)
    var counts = Array(repeating: 0, count: MatchVerdict.allCases.count)
    var listed: [(squared: Double, index: Int, driver: ConsideredDriver)] = []
    for (index, squared) in distances.enumerated() {
      let edge = isListed[index] ? edgeOfDriver[Int32(index)] : nil
      let verdict = edge.map { judge.verdict(on: $0) } ?? rules.obstacle(index, ride, squared) ?? .notAmongNearest
      if isListed[index] {
        listed.append((squared, index, considered(index, ride, squared, verdict, edge, judge)))
      } else {
        counts[verdict.place] += 1
      }
    }
    listed.sort { ($0.squared, $0.index) < ($1.squared, $1.index) }
    let chosen = chosenEdge(row).map { situation.drivers[Int($0.driver)].driver }
    return MatchRound(
      ride: ride.ride.id, time: situation.now, outcome: outcome ?? .unserved, driver: chosen,
      openRides: situation.rides.count, ageSeconds: Int(ride.ageSeconds),
      ageBonusDeciseconds: ageBonus(ride.ride), considered: listed.map(\.driver),
      others: MatchVerdict.allCases.filter { counts[$0.place] > 0 }
        .map { MatchRound.Others($0, drivers: counts[$0.place]) })
  }

  /// Tells why a driver who was weighed got the ride or not.
  private struct Judge {
    let row: Int
    let chosen: Edge?
    let driverOfRow: [Int32]

    init(plan: MatchPlan, row: Int) {
      self.row = row
      chosen = plan.chosenEdge(row)
      driverOfRow = plan.driverOfRow
    }

    /// The ride that a driver serves, by its place.
    func taker(of driver: Int) -> Int? { driverOfRow.firstIndex(of: Int32(driver)) }

    func verdict(on edge: Edge) -> MatchVerdict {
      if let taker = taker(of: Int(edge.driver)) { return taker == row ? .chosen : .takenByOther }
      // Who is left over although the ride has no driver cannot be: one more ride served would have come first.
      guard let chosen else { return .costsMore }
      return edge.etaDeciseconds < chosen.etaDeciseconds ? .zoneLeftShort : .costsMore
    }
  }

  private func considered(
    _ index: Int, _ ride: PairRules.Row, _ squared: Double, _ verdict: MatchVerdict, _ edge: Edge?, _ judge: Judge
  ) -> ConsideredDriver {
    let driver = situation.drivers[index]
    let seconds = squared.squareRoot() / situation.metersPerSecond
    let taker = verdict == .takenByOther ? judge.taker(of: index) : nil
    return ConsideredDriver(
      driver: driver.driver, verdict: verdict, distanceMeters: Self.whole(rules.meters(index, ride)),
      etaDeciseconds: edge.map { Int($0.etaDeciseconds) } ?? Self.whole(seconds * 10),
      zoneDeciseconds: Int(edge?.zoneDeciseconds ?? 0), freeInSeconds: Self.whole(driver.freeInSeconds),
      otherRide: taker.map { situation.rides[$0].id })
  }

  private static func whole(_ value: Double) -> Int {
    Int(exactly: min(max(value, 0), 1e9).rounded()) ?? 0
  }
}

extension MatchVerdict {
  /// Its place among all.
  fileprivate var place: Int {
    switch self {
    case .chosen: 0
    case .takenByOther: 1
    case .costsMore: 2
    case .zoneLeftShort: 3
    case .notAmongNearest: 4
    case .tooFar: 5
    case .waitTooLong: 6
    case .worthWaiting: 7
    case .stale: 8
    case .occupied: 9
    case .otherClass: 10
    case .excluded: 11
    case .blocked: 12
    }
  }
}
