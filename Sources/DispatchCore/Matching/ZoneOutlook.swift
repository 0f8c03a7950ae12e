package import HexGrid

/// The requests that zones are expected to make within the horizon of matching.
package struct ZoneOutlook: Sendable, Hashable {
  private let expected: [HexCell: Double]

  /// An outlook on nothing: only requests that wait count.
  package init() {
    expected = [:]
  }

  /// Creates an outlook.
  /// - Parameter expected: requests by zone; what is no number or below zero counts as none.
  package init(_ expected: [HexCell: Double]) {
    self.expected = expected.filter { $0.value.isFinite && $0.value > 0 }
  }

  /// The requests expected of a zone.
  package func requests(in zone: HexCell) -> Double {
    expected[zone] ?? 0
  }
}
