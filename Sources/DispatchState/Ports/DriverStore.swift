package import DispatchCore

/// Drivers and their shifts: the record.
package protocol DriverStore: Sendable {
  /// What a driver is doing.
  /// - Returns: nil where the driver never had a shift.
  func status(of driver: DriverID) async throws -> DriverStatus?

  /// Puts a driver on or off shift.
  /// - Parameters:
  ///   - driver: who.
  ///   - region: the market to work in.
  ///   - vehicleClass: the kind of car.
  ///   - isOnline: on shift or off.
  ///   - time: since when.
  /// - Returns: the status afterwards. On a driver who is offered or busy nothing changes and that status is returned.
  func setShift(
    _ driver: DriverID, region: RegionID, vehicleClass: VehicleClass, isOnline: Bool, at time: Timestamp
  ) async throws -> DriverStatus

  /// All drivers who are not offline, and those who went offline lately: what a fleet index is rebuilt from.
  /// - Parameters:
  ///   - region: the market.
  ///   - cursor: the id after which to go on; nil begins.
  ///   - limit: at most so many.
  func statuses(in region: RegionID, after cursor: DriverID?, limit: Int) async throws -> [DriverStatus]
}
