package import DispatchCore
package import HexGrid

/// Where every driver is and whether they can be offered a ride: the present, rebuilt from the record and the next pings when lost.
package protocol FleetIndex: Sendable {
  /// Takes positions. One that does not supersede the known one of that driver (`DriverPing.supersedes`) changes nothing.
  /// - Parameters:
  ///   - pings: valid positions, of any drivers, in any order.
  ///   - region: the fleet they belong to.
  /// - Returns: how many changed nothing.
  /// - Throws: `StateError`; then none, some or all were taken, and sending all of them again is right.
  func record(_ pings: [DriverPing], in region: RegionID) async throws -> Int

  /// Takes what drivers are doing from the record; a lower version than the known one changes nothing.
  /// - Parameter statuses: of one region or several.
  func apply(_ statuses: [DriverStatus]) async throws

  /// Drivers who could be offered a ride: on shift, free, not occupied.
  /// - Parameters:
  ///   - region: the fleet.
  ///   - cells: zones to look in; nil looks everywhere.
  ///   - seenSince: drivers whose last position is older are left out.
  ///   - limit: at most so many, any of them.
  func idleDrivers(in region: RegionID, cells: [HexCell]?, seenSince: Timestamp, limit: Int) async throws
    -> [DriverSnapshot]

  /// What is known of a driver.
  /// - Returns: nil where no position was ever taken.
  func driver(_ driver: DriverID, in region: RegionID) async throws -> DriverSnapshot?

  /// What is known of some drivers.
  /// - Returns: those of whom a position was taken, in the order in which they were asked for.
  func drivers(_ drivers: [DriverID], in region: RegionID) async throws -> [DriverSnapshot]

  /// Drivers by zone, from counters that every move keeps; zones without drivers are left out.
  func supply(in region: RegionID) async throws -> [ZoneSupply]

  /// Drivers by zone, counted anew from every driver: what the counters must equal.
  func recountedSupply(in region: RegionID) async throws -> [ZoneSupply]

  /// Marks drivers silent whose last position is old, so that they no longer count as idle, and forgets positions that are very
  /// old; the next position brings them back, with the status that they had. Looks at a part of the fleet per call.
  /// - Parameters:
  ///   - region: the fleet.
  ///   - silentSince: positions before this are silent.
  ///   - forgottenSince: positions before this are forgotten.
  ///   - limit: about how many drivers to look at.
  /// - Returns: how many were marked or forgotten.
  @discardableResult
  func sweep(in region: RegionID, silentSince: Timestamp, forgottenSince: Timestamp, limit: Int) async throws -> Int

  /// Whether the index lost what it knew (or never knew it) since `markBuilt`.
  func needsRebuild(_ region: RegionID) async throws -> Bool

  /// Says that the statuses of the record were all applied.
  func markBuilt(_ region: RegionID) async throws
}
