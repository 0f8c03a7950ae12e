package import DispatchCore

/// The versions of every tariff.
package protocol TariffStore: Sendable {
  /// The version in force: of those whose time it is, the one that began last.
  /// - Returns: nil where the region has no tariff for the class at that time.
  func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff?

  /// The version of that id.
  func tariff(_ id: TariffID) async throws -> Tariff?

  /// Keeps a version; one that is already there stays as it is.
  /// - Returns: the version that is kept, which is another one where the id was taken.
  @discardableResult
  func add(_ tariff: Tariff) async throws -> Tariff

  /// All versions, by region, class and beginning.
  /// - Parameter region: nil for all.
  func tariffs(in region: RegionID?) async throws -> [Tariff]
}
