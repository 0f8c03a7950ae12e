package import DispatchCore
package import HexGrid

/// How the load of zones went over time.
package protocol ZoneHistory: Sendable {
  /// Keeps what was counted at a moment; a second count of the same moment replaces the first.
  func append(_ loads: [ZoneLoad], in region: RegionID, at time: Timestamp) async throws

  /// What was counted in a zone or any of its children.
  /// - Parameters:
  ///   - cell: a zone, or a coarser cell.
  ///   - from: the first moment.
  ///   - to: the moment after the last.
  /// - Returns: one load per moment, oldest first.
  func loads(of cell: HexCell, from: Timestamp, to: Timestamp) async throws -> [(time: Timestamp, load: ZoneLoad)]
}
