package import DispatchCore

/// Where drivers were, for taximeters.
package protocol PositionStore: Sendable {
  /// Keeps positions; of two of a driver at one time, the first.
  func append(_ positions: [RecordedPosition]) async throws

  /// Forgets what is older than a moment.
  func forgetPositions(before moment: Timestamp) async throws

  /// Where a driver was between two moments, both included, in the order of time.
  func positions(of driver: DriverID, from start: Timestamp, to end: Timestamp) async throws -> [Taximeter.Fix]
}

/// Where a driver was.
package struct RecordedPosition: Sendable, Hashable {
  package var driver: DriverID
  package var fix: Taximeter.Fix

  package init(driver: DriverID, fix: Taximeter.Fix) {
    self.driver = driver
    self.fix = fix
  }
}
