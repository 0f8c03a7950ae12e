/// Where a ride stands.
package enum RideState: String, Sendable, CaseIterable, Hashable {
  /// Waits for a driver.
  case requested
  /// Offered to one driver, who has not answered.
  case offered
  /// A driver is on the way.
  case accepted
  /// The driver waits at the pickup.
  case arrived
  /// The rider is aboard.
  case started
  /// The rider was dropped off; money is due.
  case completed
  /// Charged and paid out. Final.
  case settled
  /// Nobody came in time. Final.
  case expired
  /// Final.
  case cancelledByRider
  /// The driver ended it with the rider aboard. Final.
  case cancelledByDriver
  /// The rider was not there. Final.
  case noShow
  /// Something broke beyond repair. Final.
  case failed

  /// Whether nothing can follow.
  package var isFinal: Bool {
    switch self {
    case .settled, .expired, .cancelledByRider, .cancelledByDriver, .noShow, .failed: true
    case .requested, .offered, .accepted, .arrived, .started, .completed: false
    }
  }

  /// Whether a driver is bound to it.
  package var hasActiveDriver: Bool {
    switch self {
    case .accepted, .arrived, .started: true
    default: false
    }
  }

  /// Whether its driver goes to the pickup or waits there: of a driver's rides one at most, the present or the next one.
  package var isAwaited: Bool { self == .accepted || self == .arrived }

  /// Whether it is the ride that its driver is on for certain: of a driver's rides one at most.
  package var isPresent: Bool { self == .arrived || self == .started }

  /// Whether it keeps the rider from asking for another.
  package var isActiveForRider: Bool {
    switch self {
    case .requested, .offered, .accepted, .arrived, .started: true
    default: false
    }
  }
}
