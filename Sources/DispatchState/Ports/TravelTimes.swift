package import DispatchCore
package import HexGrid

/// How long drives take, and how far they are.
package protocol TravelTimes: Sendable {
  /// Whether roads are looked at. Who has reckoned along straight lines already, as matching has, gains nothing from asking where
  /// they are not.
  var knowsRoads: Bool { get }

  /// Reckons many drives at once.
  /// - Parameters:
  ///   - queries: the drives, grouped by where they end.
  ///   - time: when they begin.
  ///   - region: the region that they are in.
  /// - Returns: for each query one estimate per origin, in their order; nil where nothing is known of a drive.
  func estimates(for queries: [DriveQuery], at time: Timestamp, in region: RegionID) async throws -> [[DriveEstimate?]]
}

/// Drives from some places to one.
package struct DriveQuery: Sendable, Hashable {
  /// Where they begin.
  package var origins: [GeoPoint]
  /// Where they end.
  package var destination: GeoPoint

  package init(origins: [GeoPoint], destination: GeoPoint) {
    self.origins = origins
    self.destination = destination
  }
}

/// What is known of a drive.
package struct DriveEstimate: Sendable, Hashable {
  /// How long it takes.
  package var seconds: Double
  /// How far it is on roads; nil where only the time is known.
  package var meters: Double?

  package init(seconds: Double, meters: Double?) {
    self.seconds = seconds
    self.meters = meters
  }

  /// How long it takes in whole seconds, at least 1.
  package var wholeSeconds: Int { max(1, Int(exactly: seconds.rounded(.up)) ?? 1) }
}

extension TravelTimes {
  /// Reckons drives from many places to one.
  /// - Returns: one estimate per origin, in their order; nil where nothing is known of a drive.
  package func estimates(
    from origins: [GeoPoint], to destination: GeoPoint, at time: Timestamp, in region: RegionID
  ) async throws -> [DriveEstimate?] {
    try await estimates(for: [DriveQuery(origins: origins, destination: destination)], at: time, in: region).first ?? []
  }

  /// Reckons one drive.
  /// - Returns: nil where nothing is known of it.
  package func estimate(
    from origin: GeoPoint, to destination: GeoPoint, at time: Timestamp, in region: RegionID
  ) async throws -> DriveEstimate? {
    try await estimates(from: [origin], to: destination, at: time, in: region).first ?? nil
  }
}
