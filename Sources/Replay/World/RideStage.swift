/// The states of a ride as the interface names them.
package enum RideStage: String, Sendable, CaseIterable {
  case requested, offered, accepted, arrived, started, completed, settled
  case expired, cancelledByRider, cancelledByDriver, noShow, failed

  /// Whether nothing more happens to the ride.
  package var isFinal: Bool {
    switch self {
    case .settled, .expired, .cancelledByRider, .cancelledByDriver, .noShow, .failed: true
    case .requested, .offered, .accepted, .arrived, .started, .completed: false
    }
  }

  /// Whether the rider was brought to the destination.
  package var isServed: Bool { self == .completed || self == .settled }
}
