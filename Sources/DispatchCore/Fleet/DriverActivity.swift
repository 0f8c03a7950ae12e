/// What a driver can be doing.
package enum DriverActivity: Sendable, Hashable {
  /// Off shift.
  case offline
  /// On shift and free.
  case idle
  /// Reserved by an offer that waits for an answer.
  case offered(OfferID)
  /// On a ride, from acceptance to its end; while its rider is aboard, the next one may be offered or taken.
  case busy(RideID, next: NextRide? = nil)

  /// The name in JSON and in the stores.
  package var name: String {
    switch self {
    case .offline: "offline"
    case .idle: "idle"
    case .offered: "offered"
    case .busy: "busy"
    }
  }

  /// The ride that the driver is on.
  package var ride: RideID? {
    if case .busy(let ride, _) = self { ride } else { nil }
  }

  /// The offer that waits for the driver's answer.
  package var offer: OfferID? {
    switch self {
    case .offered(let offer), .busy(_, next: .offered(let offer)): offer
    default: nil
    }
  }

  /// The ride that the driver took and goes to after the present one.
  package var nextRide: RideID? {
    if case .busy(_, next: .ride(let ride)) = self { ride } else { nil }
  }
}

/// What a driver on a ride has in store.
package enum NextRide: Sendable, Hashable {
  /// An offer that waits for an answer.
  case offered(OfferID)
  /// A ride that was accepted: it becomes the present one when that one ends.
  case ride(RideID)
}

/// What can happen to a driver.
package enum DriverAction: Sendable, Hashable {
  /// A ride is offered to a driver who is free.
  case offer(OfferID)
  /// A ride is offered to a driver who is about to end that other one.
  case offerNext(OfferID, during: RideID)
  /// The driver takes the offer, which is for that ride.
  case accept(OfferID, RideID)
  /// The offer is closed without a ride.
  case closeOffer(OfferID)
  /// The driver goes off shift, and the offer with it.
  case leave(OfferID)
  /// The ride is no longer the driver's, the present or the next one.
  case endRide(RideID)
}

extension DriverActivity {
  /// The one state machine of a driver on shift: where an action leads.
  /// - Parameter action: what happens.
  /// - Returns: what the driver does then, or nil where the action is impossible here.
  package func after(_ action: DriverAction) -> DriverActivity? {
    switch (self, action) {
    case (.idle, .offer(let offer)):
      .offered(offer)
    case (.busy(let ride, next: nil), .offerNext(let offer, let during)) where ride == during:
      .busy(ride, next: .offered(offer))
    case (.offered(let offer), .accept(let taken, let ride)) where offer == taken:
      .busy(ride)
    case (.busy(let ride, next: .offered(let offer)), .accept(let taken, let next)) where offer == taken:
      .busy(ride, next: .ride(next))
    case (.offered(let offer), .closeOffer(let closed)) where offer == closed:
      .idle
    case (.busy(let ride, next: .offered(let offer)), .closeOffer(let closed)) where offer == closed:
      .busy(ride)
    case (.offered(let offer), .leave(let closed)) where offer == closed:
      .offline
    case (.busy(let ride, let next), .endRide(let ended)) where ride == ended:
      // What was in store is what the driver does now.
      switch next {
      case .ride(let next): .busy(next)
      case .offered(let offer): .offered(offer)
      case nil: .idle
      }
    case (.busy(let ride, next: .ride(let next)), .endRide(let ended)) where next == ended:
      .busy(ride)
    default: nil
    }
  }
}
