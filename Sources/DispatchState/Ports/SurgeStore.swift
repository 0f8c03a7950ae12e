package import DispatchCore
package import HexGrid

/// What rides cost more for the moment, by zone: the present, made anew by the next ticks when lost.
package protocol SurgeStore: Sendable {
  /// The prices of a region.
  /// - Returns: nil where there are none yet; the surface may be stale.
  func surge(in region: RegionID) async throws -> SurgeSurface?

  /// The price of one zone.
  /// - Returns: nil where the region has none yet; of a zone that its surface does not hold, 1.0. It may be stale.
  func price(of cell: HexCell, in region: RegionID) async throws -> SurgePrice?

  /// Puts a surface in the place of the one it was made from, whole, for every reader at once.
  /// - Parameters:
  ///   - surface: the new one.
  ///   - version: that of the surface that was read before; nil where there was none.
  /// - Returns: false where another surface had taken that place meanwhile, and nothing changed.
  func publish(_ surface: SurgeSurface, replacing version: Int64?) async throws -> Bool
}
