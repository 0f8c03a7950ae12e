/// How a plan came about, ride by ride; worked out only where somebody wants to know.
extension MatchPlan {
  /// What a ride's round was.
  /// - Parameters:
  ///   - row: the ride, by its place in the situation.
  ///   - outcome: what became of the proposal; nil where there was none.
  ///   - limit: how many drivers are listed one by one; those who were weighed always are.
  package func round(of row: Int, outcome: MatchRound.Outcome?, listing limit: Int) -> MatchRound? {
    guard situation.rides.indices.contains(row) else { return nil }
    let ride = situation.rides[row]
    let verdicts = verdicts(on: row)
    var counts = Array(repeating: 0, count: MatchVerdict.allCases.count)
    var listed: [ConsideredDriver] = []
    for (place, item) in verdicts.enumerated() {
      if place < limit || item.edge != nil {
        listed.append(considered(item, row))
      } else if let index = MatchVerdict.allCases.firstIndex(of: item.verdict) {
        counts[index] += 1
      }
    }
    let chosen = chosenEdge(row).map { situation.drivers[Int($0.driver)].driver }
    return MatchRound(
      ride: ride.id, time: situation.now, outcome: outcome ?? .unserved, driver: chosen,
      openRides: situation.rides.count, ageSeconds: Int(rules.row(ride).ageSeconds),
      ageBonusDeciseconds: ageBonus(ride), considered: listed,
      others: zip(MatchVerdict.allCases, counts).filter { $0.1 > 0 }.map { MatchRound.Others($0, drivers: $1) })
  }

  /// A driver with the verdict on them.
  struct Judged {
    var driver: Int
    var squared: Double
    var verdict: MatchVerdict
    /// Where the driver was weighed.
    var edge: Edge?
  }

  /// The verdict on every driver who was looked at, nearest first: exactly one each.
  func verdicts(on row: Int) -> [Judged] {
    let ride = rules.row(situation.rides[row])
    var edgeOfDriver: [Int32: Edge] = [:]
    for edge in edges(of: row) { edgeOfDriver[edge.driver] = edge }
    let chosen = chosenEdge(row)
    let takers = rowOfDriver
    var judged: [Judged] = []
    judged.reserveCapacity(situation.drivers.count)
    for index in situation.drivers.indices {
      let squared = rules.squaredDistance(index, ride)
      let verdict: MatchVerdict
      let edge = edgeOfDriver[Int32(index)]
      if let edge {
        verdict = self.verdict(on: edge, row, chosen, takers)
      } else {
        verdict = rules.obstacle(index, ride, squared) ?? .notAmongNearest
      }
      judged.append(Judged(driver: index, squared: squared, verdict: verdict, edge: edge))
    }
    return judged.sorted { ($0.squared, $0.driver) < ($1.squared, $1.driver) }
  }

  /// The ride that each driver serves, by their places; -1 where none.
  private var rowOfDriver: [Int32] {
    var rows = Array(repeating: Int32(-1), count: situation.drivers.count)
    for (row, driver) in driverOfRow.enumerated() where driver >= 0 { rows[Int(driver)] = Int32(row) }
    return rows
  }

  private func verdict(on edge: Edge, _ row: Int, _ chosen: Edge?, _ takers: [Int32]) -> MatchVerdict {
    let taker = takers[Int(edge.driver)]
    if taker == Int32(row) { return .chosen }
    if taker >= 0 { return .takenByOther }
    // Who is left over although the ride has no driver cannot be: another ride served would have come first.
    guard let chosen else { return .costsMore }
    return edge.etaDeciseconds < chosen.etaDeciseconds ? .zoneLeftShort : .costsMore
  }

  private func considered(_ item: Judged, _ row: Int) -> ConsideredDriver {
    let driver = situation.drivers[item.driver]
    let ride = rules.row(situation.rides[row])
    let seconds = item.squared.squareRoot() / situation.metersPerSecond
    let taker = item.verdict == .takenByOther ? driverOfRow.firstIndex(of: Int32(item.driver)) : nil
    return ConsideredDriver(
      driver: driver.driver, verdict: item.verdict, distanceMeters: Self.whole(rules.meters(item.driver, ride)),
      etaDeciseconds: item.edge.map { Int($0.etaDeciseconds) } ?? Self.whole(seconds * 10),
      zoneDeciseconds: Int(item.edge?.zoneDeciseconds ?? 0), freeInSeconds: Self.whole(driver.freeInSeconds),
      otherRide: taker.map { situation.rides[$0].id })
  }

  private static func whole(_ value: Double) -> Int {
    Int(exactly: min(max(value, 0), 1e9).rounded()) ?? 0
  }
}
