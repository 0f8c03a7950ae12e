/// How a simulation runs.
package struct SimulationOptions: Sendable {
  /// How drivers and riders behave, and the seed.
  package var world: WorldConfiguration
  /// The share of drivers who take a break off shift.
  package var offlineShare: Double
  /// The share of drivers whose phone loses its connection now and then.
  package var disconnectShare: Double
  /// City milliseconds after the last request until the simulation ends, whatever is open.
  package var drainMilliseconds: Int64
  /// City milliseconds between two pings of a driver who stands, who has a ride, and who drives to where riders will be.
  package var parkedPingMilliseconds: Int64
  package var busyPingMilliseconds: Int64
  package var repositioningPingMilliseconds: Int64
  /// Whether it is noted where drivers are free, for a map.
  package var isMapped: Bool
  /// Names the policy in reports.
  package var policyName: String

  /// Creates options.
  package init(
    world: WorldConfiguration = WorldConfiguration(), offlineShare: Double = 0, disconnectShare: Double = 0,
    drainMilliseconds: Int64 = 3 * 3_600_000, parkedPingMilliseconds: Int64 = 40_000,
    busyPingMilliseconds: Int64 = 20_000, repositioningPingMilliseconds: Int64 = 8_000, isMapped: Bool = false,
    policyName: String = "standard"
  ) {
    self.world = world
    self.offlineShare = offlineShare
    self.disconnectShare = disconnectShare
    self.drainMilliseconds = drainMilliseconds
    self.parkedPingMilliseconds = max(parkedPingMilliseconds, 1_000)
    self.busyPingMilliseconds = max(busyPingMilliseconds, 1_000)
    self.repositioningPingMilliseconds = max(repositioningPingMilliseconds, 1_000)
    self.isMapped = isMapped
    self.policyName = policyName
  }
}
