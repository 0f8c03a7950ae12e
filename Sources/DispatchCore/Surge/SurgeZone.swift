package import HexGrid

/// The price of a zone, with everything that it came from. Multipliers are in millionths unless their name says otherwise.
package struct SurgeZone: Sendable, Hashable {
  package var cell: HexCell
  /// The multiplier that riders pay, in tenths.
  package var tenths = 10
  /// The one that they paid before this tick.
  package var previousTenths = 10
  /// Requests seen in the zone.
  package var requests = 0
  /// The demand reckoned with, in hundredths of a request.
  package var demandHundredths = 0
  /// Free drivers in the zone.
  package var supply = 0
  /// Requests seen in the zone and its ring.
  package var ringRequests = 0
  /// The demand reckoned with in the zone and its ring, in hundredths of a request.
  package var ringDemandHundredths = 0
  /// Free drivers in the zone and its ring.
  package var ringSupply = 0
  /// What the zone would pay by itself.
  package var own = SurgeModel.one
  /// What it would pay together with its ring.
  package var ring = SurgeModel.one
  /// Own, ring's and city's value by their weights.
  package var blend = SurgeModel.one
  /// The blend, held down to what its neighbours allow.
  package var target = SurgeModel.one
  /// The target, smoothed over time.
  package var smoothed = SurgeModel.one

  package init(cell: HexCell) {
    self.cell = cell
  }
}
