import HexGrid

/// A driver of a world: what they do now, and where.
struct SimulatedDriver: Sendable {
  enum Shift: Sendable {
    case off, beginning, on, ending, refused
  }

  enum Duty: Sendable {
    case idle
    case repositioning
    case toPickup
    /// At the pickup place, while the server learns of it.
    case arriving
    /// The rider gets in.
    case boarding
    /// The rider is in, while the server learns of it.
    case starting
    case toDropoff
    /// At the drop-off place, while the server learns of it.
    case completing
  }

  /// A ride that the driver has.
  struct Assignment: Hashable, Sendable {
    var rideID: String
    var pickup: GeoPoint
    var dropoff: GeoPoint
    /// When the driver took it.
    var since: Int64
  }

  /// An offer that the driver thinks about or has answered.
  struct Answer: Sendable {
    var offer: OfferView
    var isTaken: Bool
    var milliseconds: Int64
    var isSent = false
  }

  let name: String
  var shift = Shift.off
  var duty = Duty.idle
  var leg: Leg
  /// Voids timers of a motion that was broken off.
  var motionToken: UInt32 = 0
  var answerToken: UInt32 = 0
  var answer: Answer?
  var assignment: Assignment?
  /// A ride taken before the present one is over.
  var next: Assignment?
  /// When the present step of the ride was due; the next one counts from there, so that a slow answer costs the rider nothing.
  var moment: Int64
  /// How often the present step was refused.
  var refusals = 0
  /// Meters of the ride under way.
  var rideMeters = 0.0
  var random: SplitMix64

  var isIdle: Bool { shift == .on && (duty == .idle || duty == .repositioning) && assignment == nil }
  var isBeforeRide: Bool {
    switch duty {
    case .toPickup, .arriving, .boarding, .starting: true
    case .idle, .repositioning, .toDropoff, .completing: false
    }
  }
}
