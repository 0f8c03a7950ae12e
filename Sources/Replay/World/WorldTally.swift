/// What a world has counted so far.
package struct WorldTally: Equatable, Sendable {
  /// Requests made.
  package var requests = 0
  /// Requests that are not over.
  package var open = 0
  /// Rides that brought their rider to the destination.
  package var served = 0
  /// Of these, the ones also settled.
  package var settled = 0
  /// Requests that the server let lapse.
  package var expired = 0
  /// Requests that riders cancelled, or gave up before they became rides.
  package var cancelled = 0
  /// Of these, the ones that never became a ride because the server could not be reached in time.
  package var unreached = 0
  /// Requests that the server refused to take.
  package var refused = 0
  /// Rides that drivers cancelled with the rider aboard, no-shows and failures.
  package var failed = 0
  /// Seconds from request to arrival at the pickup place, of the rides served.
  package var waitSeconds: [Double] = []
  /// Offers that drivers got, took in time, lost and declined.
  package var offers = 0
  package var accepts = 0
  package var offersLost = 0
  package var declines = 0
  /// Rides taken before the driver's present one was over.
  package var nextRides = 0
  /// Suggestions to wait elsewhere that drivers followed.
  package var repositions = 0
  /// Drivers whose ride vanished under them, and steps given up after many refusals.
  package var releases = 0
  package var abandonedSteps = 0
  /// Metres driven by purpose.
  package var pickupMeters = 0.0
  package var repositionMeters = 0.0
  package var rideMeters = 0.0
  /// Fares of the rides settled.
  package var revenueMinorUnits: Int64 = 0
  /// Their currency; empty where there is none.
  package var currency = ""

  /// Creates an empty count.
  package init() {}
}
