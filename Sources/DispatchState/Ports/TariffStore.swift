package import DispatchCore

/// The versions of every tariff.
package protocol TariffStore: Sendable {
  /// The version in force.
  /// - Returns: nil where the region has no tariff for the class at that time.
  func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff?

  /// The version of that id.
  func tariff(_ id: TariffID) async throws -> Tariff?

  /// Keeps a version; one that is already there stays as it is.
  func add(_ tariff: Tariff) async throws
}
