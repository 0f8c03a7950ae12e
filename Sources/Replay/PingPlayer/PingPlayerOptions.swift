/// How recorded pings are posted.
package struct PingPlayerOptions: Sendable {
  /// Where the server listens.
  package var server: ServerAddress
  /// How many connections post at the same time.
  package var connections: Int
  /// Pings in one request, 1 to 1,000.
  package var batch: Int
  /// Posts the pings in a random order; nil keeps the file's.
  package var shuffleSeed: UInt64?
  /// The share of pings that are posted a second time a little later.
  package var duplicateShare: Double
  /// Put before the cabs' names.
  package var driverPrefix: String
  /// Real seconds for which a failing request is tried again.
  package var patienceSeconds: Double

  /// Creates options.
  package init(
    server: ServerAddress, connections: Int = 8, batch: Int = 100, shuffleSeed: UInt64? = nil,
    duplicateShare: Double = 0, driverPrefix: String = "", patienceSeconds: Double = 60
  ) {
    self.server = server
    self.connections = max(connections, 1)
    self.batch = min(max(batch, 1), 1_000)
    self.shuffleSeed = shuffleSeed
    self.duplicateShare = min(max(duplicateShare, 0), 1)
    self.driverPrefix = driverPrefix
    self.patienceSeconds = patienceSeconds
  }
}
