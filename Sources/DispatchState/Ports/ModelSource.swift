package import DispatchCore

/// What was learned of each region, in its present version.
package protocol ModelSource: Sendable {
  /// The model that is live.
  /// - Returns: nil where nothing was learned of the region.
  func model(for region: RegionID) async throws -> LiveModel?
}

/// A city model with its version.
package struct LiveModel: Sendable {
  /// Tells one version of a region's model from another.
  package var version: String
  package var city: CityModel

  package init(version: String, city: CityModel) {
    self.version = version
    self.city = city
  }
}
