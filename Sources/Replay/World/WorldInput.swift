package import HexGrid

/// What a world is told by whoever runs it: answers and events.
package enum WorldInput: Sendable {
  /// The shift began.
  case online(driver: Int)
  /// The shift was refused for good.
  case shiftRefused(driver: Int)
  /// The shift ended.
  case offline(driver: Int)
  /// The state in which the server sees a driver.
  case snapshot(driver: Int, isOnline: Bool, offer: OfferView?, ride: RideView?, next: RideView? = nil)
  case offer(driver: Int, OfferView)
  case offerWithdrawn(driver: Int, offerID: String)
  /// An offer was taken in time.
  case accepted(driver: Int, offerID: String, RideView)
  /// An offer is gone: too late, withdrawn, or declined.
  case offerGone(driver: Int, offerID: String)
  /// A ride changed, as its driver's feed tells.
  case driverRide(driver: Int, RideView)
  /// A step was taken.
  case stepTaken(driver: Int, step: WorldAction.Step, RideView)
  /// A step was refused; with the ride as it is now, nil where there is none.
  case stepRefused(driver: Int, rideID: String, RideView?)
  /// A ride was looked up; nil where there is none.
  case inspected(driver: Int, rideID: String, RideView?)
  /// A request became a ride.
  case placed(request: Int, RideView)
  /// A request never became a ride: refused by the server, or given up before the server could be reached.
  case notPlaced(request: Int, isRefused: Bool)
  /// A ride changed, as its rider learned.
  case riderRide(request: Int, RideView)
  /// A suggestion to wait elsewhere.
  case reposition(driver: Int, target: GeoPoint)
}
