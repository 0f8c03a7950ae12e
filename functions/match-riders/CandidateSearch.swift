import DispatchCore
import DispatchState
import HexGrid

/// Finds the free drivers worth considering: the whole fleet where it is small, else rings of zones that grow until every ride has
/// enough of them.
struct CandidateSearch: Sendable {
  /// A fleet with no more free drivers than this is read whole.
  static let smallFleet = 2_000
  /// How many zones around a pickup are looked at, ring by ring.
  static let radii = [2, 5, 10, 20]

  let fleet: any FleetIndex
  let policy: MatchPolicy

  /// Drivers whose last position is too old are looked at too, so that it is known why they got nothing; up to so many seconds older.
  static let staleSeconds = 240

  /// The free drivers around rides, in an order that follows from where they are; some of them were not heard of lately.
  func drivers(for rides: [Ride], in region: RegionID, now: Timestamp) async throws -> [DriverSnapshot] {
    let freshSince = now.advanced(bySeconds: -policy.freshnessSeconds)
    let seenSince = freshSince.advanced(bySeconds: -Self.staleSeconds)
    let all = try await fleet.idleDrivers(in: region, cells: nil, seenSince: seenSince, limit: Self.smallFleet)
    if all.count < Self.smallFleet { return all }
    var found: [DriverSnapshot] = []
    // Who moves from one ring to the next meanwhile is there twice.
    var known: Set<DriverID> = []
    var counts: [HexCell: Int] = [:]
    var looked: Set<HexCell> = []
    var wanting = rides
    for radius in Self.radii where !wanting.isEmpty {
      let cells = Set(wanting.flatMap { $0.pickupCell.disk(radius: radius) }).subtracting(looked).sorted()
      let isFirst = looked.isEmpty
      looked.formUnion(cells)
      let ring = try await fleet.idleDrivers(in: region, cells: cells, seenSince: seenSince, limit: .max)
      for driver in ring where driver.seenAt >= freshSince { counts[driver.cell, default: 0] += 1 }
      wanting = wanting.filter { ride in
        var count = 0
        for cell in ride.pickupCell.disk(radius: max(radius - 1, 0)) {
          count += counts[cell] ?? 0
          if count >= policy.candidatesPerRide { return false }
        }
        return true
      }
      if isFirst {
        found = ring
        if !wanting.isEmpty { known = Set(ring.map(\.driver)) }
      } else {
        found += ring.filter { known.insert($0.driver).inserted }
      }
    }
    return found
  }
}
