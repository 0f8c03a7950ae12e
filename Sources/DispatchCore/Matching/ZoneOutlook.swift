package import HexGrid

/// The requests that zones are expected to make within a horizon.
package struct ZoneOutlook: Sendable, Hashable {
  /// The requests expected of the whole region within the horizon.
  package let total: Double
  /// How long the horizon is.
  package let horizonSeconds: Double
  private let expected: [HexCell: Double]

  /// An outlook on nothing: only requests that wait count.
  package init() {
    total = 0
    horizonSeconds = 1
    expected = [:]
  }

  /// Creates an outlook.
  /// - Parameters:
  ///   - zones: requests by zone, each zone once; what is no number or below zero counts as none.
  ///   - horizonSeconds: within how long they are expected; at least 1.
  package init(_ zones: [(cell: HexCell, requests: Double)], horizonSeconds: Int) {
    var total = 0.0
    var expected: [HexCell: Double] = [:]
    // Summed up in the order of the zones, so that equal zones give equal sums.
    for zone in zones where zone.requests.isFinite && zone.requests > 0 {
      total += zone.requests
      expected[zone.cell] = zone.requests
    }
    self.total = total
    self.expected = expected
    self.horizonSeconds = Double(max(horizonSeconds, 1))
  }

  /// The requests expected of a zone within the horizon.
  package func requests(in zone: HexCell) -> Double {
    expected[zone] ?? 0
  }

  /// The requests expected of the whole region within so many seconds.
  package func requests(within seconds: Double) -> Double {
    total * seconds / horizonSeconds
  }
}
