package import HexGrid

/// What the drivers and riders of a world want done by whoever runs it.
package enum WorldAction: Equatable, Sendable {
  /// A driver's step of a ride.
  package enum Step: String, Sendable {
    case arrive, start, complete
  }

  /// Begin a driver's shift at a place.
  case goOnline(driver: Int, at: GeoPoint, milliseconds: Int64)
  /// End a driver's shift.
  case goOffline(driver: Int)
  /// Take an offer.
  case accept(driver: Int, offerID: String, rideID: String)
  /// Turn an offer down.
  case decline(driver: Int, offerID: String, rideID: String)
  /// Report a step of a ride; the distance with `complete`.
  case step(driver: Int, rideID: String, step: Step, milliseconds: Int64, distanceMeters: Double)
  /// Ask for a quote and then for a ride.
  case place(request: Int)
  /// Cancel a rider's request.
  case cancel(request: Int, rideID: String, milliseconds: Int64)
  /// Look a driver's ride up, because what the feed tells and what the driver believes differ.
  case inspect(driver: Int, rideID: String)
}
