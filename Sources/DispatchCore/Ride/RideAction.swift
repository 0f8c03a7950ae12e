/// What can be done to a ride.
package enum RideAction: String, Sendable, CaseIterable, Hashable {
  case offer
  case accept
  case decline
  case lapseOffer
  case withdrawOffer
  case arrive
  case start
  case complete
  case settle
  case expire
  case cancelByRider
  case cancelByDriver
  case reportNoShow
  case fail
}

extension RideState {
  /// The one state machine of a ride: where an action leads.
  /// - Parameter action: what is done.
  /// - Returns: the next state, or nil where the action is illegal here.
  package func after(_ action: RideAction) -> RideState? {
    switch (self, action) {
    case (.requested, .offer): .offered
    case (.offered, .accept): .accepted
    case (.offered, .decline), (.offered, .lapseOffer), (.offered, .withdrawOffer): .requested
    case (.accepted, .arrive): .arrived
    case (.arrived, .start): .started
    case (.started, .complete): .completed
    case (.completed, .settle): .settled
    case (.requested, .expire): .expired
    case (.requested, .cancelByRider), (.offered, .cancelByRider), (.accepted, .cancelByRider),
      (.arrived, .cancelByRider):
      .cancelledByRider
    // Before the rider is aboard the request lives on and looks for another driver.
    case (.accepted, .cancelByDriver), (.arrived, .cancelByDriver): .requested
    case (.started, .cancelByDriver): .cancelledByDriver
    case (.arrived, .reportNoShow): .noShow
    case (_, .fail) where !isFinal: .failed
    default: nil
    }
  }
}
