/// The knobs of matching.
package struct MatchPolicy: Sendable, Hashable {
  /// How many drivers are considered for a ride.
  package var candidatesPerRide: Int
  /// The longest drive to a pickup that is offered, in seconds.
  package var maximumPickupSeconds: Int
  /// A driver whose last position is older is not offered rides, in seconds.
  package var freshnessSeconds: Int
  /// How long a driver may take to answer, in seconds.
  package var answerSeconds: Int

  package init(
    candidatesPerRide: Int = 20, maximumPickupSeconds: Int = 1_200, freshnessSeconds: Int = 60, answerSeconds: Int = 15
  ) {
    self.candidatesPerRide = candidatesPerRide
    self.maximumPickupSeconds = maximumPickupSeconds
    self.freshnessSeconds = freshnessSeconds
    self.answerSeconds = answerSeconds
  }
}
