/// What a round of matching thought of one driver for one ride.
package struct ConsideredDriver: Sendable, Hashable {
  package var driver: DriverID
  package var verdict: MatchVerdict
  /// The straight line to the pickup, from where the driver is or will be free.
  package var distanceMeters: Int
  /// The time to the pickup, in tenths of a second; with the rest of the present ride where there is one.
  package var etaDeciseconds: Int
  /// What taking the driver would have cost the zone, in tenths of a second.
  package var zoneDeciseconds: Int
  /// In how many seconds the driver would have been free.
  package var freeInSeconds: Int
  /// The ride that got the driver instead.
  package var otherRide: RideID?

  package init(
    driver: DriverID, verdict: MatchVerdict, distanceMeters: Int, etaDeciseconds: Int, zoneDeciseconds: Int = 0,
    freeInSeconds: Int = 0, otherRide: RideID? = nil
  ) {
    self.driver = driver
    self.verdict = verdict
    self.distanceMeters = distanceMeters
    self.etaDeciseconds = etaDeciseconds
    self.zoneDeciseconds = zoneDeciseconds
    self.freeInSeconds = freeInSeconds
    self.otherRide = otherRide
  }
}
