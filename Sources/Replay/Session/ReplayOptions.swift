/// How a replay over HTTP is run.
package struct ReplayOptions: Sendable {
  /// Where the server listens.
  package var server: ServerAddress
  /// City seconds per real second.
  package var speed: Double
  /// How drivers and riders behave; the riders' prefix is made from `run`.
  package var world: WorldConfiguration
  /// Tells this run's riders and idempotency keys from those of another run; nil makes one from the time.
  package var run: String?
  /// Put before the drivers' recorded names.
  package var driverPrefix: String
  /// City minutes that rides under way get to finish after the last request.
  package var drainMinutes: Double
  /// Real seconds for which a failing request is tried again, and for which a server that is away is waited for.
  package var patienceSeconds: Double
  /// Whether the server's clock runs at real speed again afterwards.
  package var restoresClockRate: Bool
  /// Most connections for requests; feeds come on top.
  package var maximumConnections: Int
  /// Real seconds after which a feed without an event is opened anew, for a fresh snapshot.
  package var quietFeedSeconds: Double

  /// Creates options.
  package init(
    server: ServerAddress, speed: Double = 60, world: WorldConfiguration = WorldConfiguration(), run: String? = nil,
    driverPrefix: String = "", drainMinutes: Double = 90, patienceSeconds: Double = 180, restoresClockRate: Bool = true,
    maximumConnections: Int = 32, quietFeedSeconds: Double = 60
  ) {
    self.server = server
    self.speed = speed
    self.world = world
    self.run = run
    self.driverPrefix = driverPrefix
    self.drainMinutes = drainMinutes
    self.patienceSeconds = patienceSeconds
    self.restoresClockRate = restoresClockRate
    self.maximumConnections = maximumConnections
    self.quietFeedSeconds = quietFeedSeconds
  }
}
