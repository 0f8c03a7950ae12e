package import DispatchCore
package import DispatchState
import FunctionKit

/// The messages that tell of a ride's steps, as they go into the outbox, onto the stream and into feeds.
package enum RideMessages {
  /// The event type of a ride that was completed: what settlement waits for.
  package static let completedType = "cabstand.ride.completed.v1"

  /// The event types of rides that riders called off or did not show up for: they may cost something.
  package static let calledOffTypes: Set<String> = ["cabstand.ride.cancelled-by-rider.v1", "cabstand.ride.not-shown.v1"]
  /// The event type of a change to the money of a settled ride.
  package static let adjustedType = "cabstand.fare.adjusted.v1"

  /// A ride that was just requested.
  package static func requested(_ ride: Ride) -> [OutboxMessage] {
    [state(ride, driver: nil, at: ride.requestedAt)]
  }

  /// What a step of a ride makes known.
  /// - Parameters:
  ///   - change: the step.
  ///   - time: when it was taken.
  package static func messages(of change: RideChange, at time: Timestamp) -> [OutboxMessage] {
    let ride = change.ride
    var messages: [OutboxMessage] = []
    var rideDriver = ride.driver
    switch change.offer {
    case .make(let offer):
      rideDriver = nil
      messages.append(made(offer, of: ride))
    case .close(let offer):
      if offer.state != .accepted { rideDriver = nil }
      switch offer.state {
      case .expired: messages.append(withdrawn(offer, of: ride, reason: "expired", at: time))
      case .withdrawn:
        let reason = ride.state == .cancelledByRider ? "cancelledByRider" : "offline"
        messages.append(withdrawn(offer, of: ride, reason: reason, at: time))
      case .open, .accepted, .declined: break
      }
    case nil: break
    }
    messages.append(state(ride, driver: rideDriver, at: time))
    return messages
  }

  private static func state(_ ride: Ride, driver: DriverID?, at time: Timestamp) -> OutboxMessage {
    OutboxMessage(
      type: "cabstand.ride.\(typeName(ride.state)).v1", feedEvent: "ride", region: ride.region, ride: ride.id,
      driver: driver, isForRide: true, time: time, body: JSONWriter.bytes { $0.ride(ride) },
      trace: TraceContext.current?.traceparent)
  }

  private static func made(_ offer: Offer, of ride: Ride) -> OutboxMessage {
    OutboxMessage(
      type: "cabstand.offer.made.v1", feedEvent: "offer", region: ride.region, ride: ride.id, driver: offer.driver,
      isForRide: false, time: offer.offeredAt, body: JSONWriter.bytes { $0.offer(offer, of: ride) },
      trace: TraceContext.current?.traceparent)
  }

  private static func withdrawn(
    _ offer: Offer, of ride: Ride, reason: String, at time: Timestamp
  ) -> OutboxMessage {
    OutboxMessage(
      type: "cabstand.offer.withdrawn.v1", feedEvent: "offerWithdrawn", region: ride.region, ride: ride.id,
      driver: offer.driver, isForRide: false, time: time,
      body: JSONWriter.bytes { json in
        json.object { json in
          json.member("offerId", offer.id.text)
          json.member("rideId", ride.id.text)
          json.member("reason", reason)
        }
      }, trace: TraceContext.current?.traceparent)
  }

  /// The past participle that ends the event's type.
  private static func typeName(_ state: RideState) -> String {
    switch state {
    case .cancelledByRider: "cancelled-by-rider"
    case .cancelledByDriver: "cancelled-by-driver"
    case .noShow: "not-shown"
    default: state.rawValue
    }
  }
}
