/// The knobs of matching.
package struct MatchPolicy: Sendable, Hashable {
  /// How many drivers are considered for a ride.
  package var candidatesPerRide: Int
  /// The longest time from now to the pickup that is offered, in seconds.
  package var maximumPickupSeconds: Int
  /// A driver whose last position is older is not offered rides, in seconds.
  package var freshnessSeconds: Int
  /// How long a driver may take to answer, in seconds.
  package var answerSeconds: Int
  /// How many seconds of driving a second that a rider has waited is worth; counts where not every ride can be served. Below zero,
  /// the newest come first.
  package var ageWeight = 0.0
  /// How many seconds of driving a second of the ride itself counts, where not every ride can be served: a driver who is back sooner
  /// serves more riders.
  package var rideWeight = 0.0
  /// The age beyond which a request gains nothing more, in seconds.
  package var maximumAgeSeconds = 900
  /// How many seconds of driving it costs to leave a zone one driver short for sure.
  package var zoneShortSeconds = 0.0
  /// How far ahead the requests of a zone count, in seconds.
  package var zoneHorizonSeconds = 300
  /// How long riders are thought to wait from request to pickup, in seconds: nobody is sent who would come later, as long as it is not
  /// over. 0 sets no limit.
  package var maximumWaitSeconds = 0
  /// The longest time to the pickup that is offered to a new request where drivers are scarce, in seconds; 0 sets no limit. It is so
  /// many times longer as there are idle drivers per request expected within that time.
  package var scarceReachSeconds = 0
  /// How much longer it may be for each second that the rider has waited.
  package var scarceReachGrowth = 1.0
  /// Drivers whose ride ends within so many seconds may be offered their next one; 0: none.
  package var nextRideSeconds = 0

  package init(
    candidatesPerRide: Int = 20, maximumPickupSeconds: Int = 1_200, freshnessSeconds: Int = 60, answerSeconds: Int = 15
  ) {
    self.candidatesPerRide = candidatesPerRide
    self.maximumPickupSeconds = maximumPickupSeconds
    self.freshnessSeconds = freshnessSeconds
    self.answerSeconds = answerSeconds
  }
}
