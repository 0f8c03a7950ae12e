import HexGrid

/// A straight drive, or a stay where it begins and ends at the same place.
struct Leg: Hashable, Sendable {
  /// What the distance counts as.
  enum Purpose: Sendable {
    case stay, pickup, reposition, ride
  }

  var purpose: Purpose
  var from: GeoPoint
  var to: GeoPoint
  var departs: Int64
  var arrives: Int64
  var meters: Double

  init(stayAt place: GeoPoint, since milliseconds: Int64) {
    purpose = .stay
    from = place
    to = place
    departs = milliseconds
    arrives = milliseconds
    meters = 0
  }

  init(_ purpose: Purpose, from: GeoPoint, to: GeoPoint, departs: Int64, duration: Int64, meters: Double) {
    self.purpose = purpose
    self.from = from
    self.to = to
    self.departs = departs
    arrives = departs + max(duration, 0)
    self.meters = meters
  }

  /// How much of the drive is done.
  func share(at milliseconds: Int64) -> Double {
    guard arrives > departs else { return 1 }
    return min(max(Double(milliseconds - departs) / Double(arrives - departs), 0), 1)
  }

  func place(at milliseconds: Int64) -> GeoPoint {
    purpose == .stay ? from : from.moved(towards: to, fraction: share(at: milliseconds))
  }
}
