import DispatchCore
import DispatchState
import HexGrid

/// Finds the drivers who are about to finish a ride.
struct SoonFreeSearch: Sendable {
  /// A driver as the lifecycle and as matching need them.
  struct Found: Sendable {
    var driver: SoonFreeDriver
    var candidate: MatchDriver
  }

  /// How many drivers are looked at.
  static let limit = 5_000
  /// A ride that takes longer than expected is reckoned to end in so many seconds at least.
  static let overdueSeconds = 30.0

  let rides: any RideStore
  let fleet: any FleetIndex
  /// How soon a driver must be free; 0 finds nobody.
  let seconds: Int

  func drivers(in region: RegionID, now: Timestamp, metersPerSecond: Double) async throws -> [Found] {
    guard seconds > 0, metersPerSecond > 0 else { return [] }
    let finishing = try await rides.soonFreeDrivers(
      in: region, expectedFreeBy: now.advanced(bySeconds: seconds), limit: Self.limit)
    guard !finishing.isEmpty else { return [] }
    let snapshots = try await fleet.drivers(finishing.map(\.driver), in: region)
    let byID = Dictionary(snapshots.map { ($0.driver, $0) }, uniquingKeysWith: { first, _ in first })
    return finishing.compactMap { driver in
      guard let snapshot = byID[driver.driver], let cell = Zone.cell(at: driver.dropoff) else { return nil }
      // Whatever the quote said, the way that is left takes its time.
      let way = snapshot.position.distanceMeters(to: driver.dropoff) / metersPerSecond
      let expected = now >= driver.expectedFreeAt ? Self.overdueSeconds : Double(driver.secondsLeft(at: now))
      let left = max(expected, way)
      guard left <= Double(seconds) else { return nil }
      return Found(
        driver: driver,
        candidate: MatchDriver(
          driver.driver, finishing: driver.ride, at: driver.dropoff, cell: cell, inSeconds: left,
          seenAt: snapshot.seenAt, vehicleClass: driver.vehicleClass))
    }
  }
}
