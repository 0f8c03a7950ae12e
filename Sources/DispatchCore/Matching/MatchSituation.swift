/// What matching decides on: who waits, who could come, and how the city stands.
package struct MatchSituation: Sendable {
  /// Rides that wait, longest first.
  package var rides: [Ride]
  /// Drivers who were looked at, each once.
  package var drivers: [MatchDriver]
  /// Who must not meet.
  package var blocked: Set<BlockedPair>
  /// What the zones are about to ask for.
  package var outlook: ZoneOutlook
  /// Drivers on shift who are not free: those who come free one after the other.
  package var busyDrivers: Int
  /// How fast the crow drives.
  package var metersPerSecond: Double
  package var now: Timestamp

  package init(
    rides: [Ride], drivers: [MatchDriver], blocked: Set<BlockedPair> = [], outlook: ZoneOutlook = ZoneOutlook(),
    busyDrivers: Int = 0, metersPerSecond: Double, now: Timestamp
  ) {
    self.rides = rides
    self.drivers = drivers
    self.blocked = blocked
    self.outlook = outlook
    self.busyDrivers = busyDrivers
    self.metersPerSecond = metersPerSecond
    self.now = now
  }
}
