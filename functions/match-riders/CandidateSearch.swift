import DispatchCore
import DispatchState
import HexGrid

/// Finds the free drivers worth considering: the whole fleet where it is small, else rings of zones that grow until every ride has
/// enough of them.
struct CandidateSearch: Sendable {
  /// A fleet with no more free drivers than this is read whole.
  static let smallFleet = 2_000
  /// How far around a pickup is looked, ring by ring, in metres.
  static let reaches: [Double] = [1_000, 2_000, 4_000, 8_000, 18_000]
  /// From the centre of a zone to that of its neighbour, in metres.
  static let zoneMeters = 920.0

  let fleet: any FleetIndex
  let policy: MatchPolicy

  /// Drivers whose last position is too old are looked at too, so that it is known why they got nothing; up to so many seconds older.
  static let staleSeconds = 240

  /// The free drivers around rides, in an order that follows from where they are; some of them were not heard of lately.
  func drivers(for rides: [Ride], in region: RegionID, now: Timestamp) async throws -> [DriverSnapshot] {
    let freshSince = now.advanced(bySeconds: -policy.freshnessSeconds)
    let seenSince = freshSince.advanced(bySeconds: -Self.staleSeconds)
    let zones = try await fleet.supply(in: region).filter { $0.idle > 0 }
    guard zones.reduce(0, { $0 + $1.idle }) > Self.smallFleet else {
      return try await fleet.idleDrivers(in: region, cells: nil, seenSince: seenSince, limit: .max)
    }
    return try await fleet.idleDrivers(
      in: region, cells: cells(for: rides, of: zones), seenSince: seenSince, limit: .max)
  }

  /// The zones to look at, ascending: around each pickup, ring by ring, until there are enough drivers for it.
  private func cells(for rides: [Ride], of zones: [ZoneSupply]) -> [HexCell] {
    guard let first = rides.first else { return [] }
    let plane = FlatEarth(around: first.pickup)
    let strips = ZoneStrips(zones, on: plane)
    var isWanted = Array(repeating: false, count: zones.count)
    for ride in rides {
      let pickup = plane.project(ride.pickup)
      for meters in Self.reaches {
        var drivers = 0
        strips.forEach(within: meters, of: pickup) { drivers += zones[$0].idle }
        guard drivers >= policy.candidatesPerRide || meters == Self.reaches.last else { continue }
        // Who stands at the far edge of a zone counts in the next ring only, so one more is looked at.
        strips.forEach(within: meters + Self.zoneMeters, of: pickup) { isWanted[$0] = true }
        break
      }
    }
    return zip(zones, isWanted).compactMap { zone, isWanted in isWanted ? zone.cell : nil }.sorted()
  }
}
