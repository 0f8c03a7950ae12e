package import HexGrid

/// A place within a zone where part of its requests come from.
package struct DemandSite: Sendable, Hashable {
  /// The small cell around it.
  package var cell: HexCell
  /// The middle of the requests that were made there: where a driver is to wait.
  package var position: GeoPoint
  /// The part of the zone's requests, 0 to 1.
  package var share: Double

  /// The resolution of the small cells: 0.1 km².
  package static let resolution = 9
  /// The area of such a cell, in square metres.
  static let squareMeters = 105_332.5

  package init(cell: HexCell, position: GeoPoint, share: Double) {
    self.cell = cell
    self.position = position
    self.share = share
  }
}
