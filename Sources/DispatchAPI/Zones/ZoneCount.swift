import DispatchCore
import DispatchState
import HexGrid

/// What was counted in the zones of a region at one moment.
struct ZoneCount: Sendable {
  var supply: [ZoneSupply]
  var demand: [ZoneDemand]
  /// The surge in force of zones above 1.0, in tenths.
  var surgeTenths: [HexCell: Int]
  /// Another count has another number.
  var number: UInt64

  /// Whether two moments counted the same.
  func isEqual(to other: ZoneCount) -> Bool {
    supply == other.supply && demand == other.demand && surgeTenths == other.surgeTenths
  }
}
