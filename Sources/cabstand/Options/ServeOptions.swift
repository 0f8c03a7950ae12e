import ArgumentParser
import TriggerRuntime

/// How the server listens and what it puts up with.
struct ServeOptions: ParsableArguments, Sendable {
  /// Where the state lives.
  enum StateKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    case stores
    case memory
  }

  /// What city time is.
  enum ClockKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    case real
    case adjustable
  }

  @Option(
    help:
      "Address to listen on; beyond loopback only behind something that authenticates (CABSTAND_HOST). Default: 127.0.0.1"
  )
  var host: String?

  @Option(help: "Port to listen on; 0 takes a free one (CABSTAND_PORT). Default: 8070")
  var port: Int?

  @Option(help: "Where state lives: stores (Redis and PostgreSQL) or memory (nothing is kept).")
  var state: StateKind = .stores

  @Option(help: "City time: real, or adjustable by PUT /admin/clock for replays.")
  var clock: ClockKind = .real

  @Option(help: "Folder of function folders whose function.yaml override the carried ones.")
  var functions: String?

  @Option(help: "Largest request body in bytes, 1024 to 1073741824.")
  var maxBodyBytes: Int = 4 << 20

  @Option(help: "Largest request head in bytes, 1024 to 1048576.")
  var maxHeaderBytes: Int = 16 << 10

  @Option(help: "Most connections at once, 1 to 1000000.")
  var maxConnections: Int = 10_000

  @Option(help: "Seconds a client may take to send a request's head, 1 to 3600.")
  var headerTimeout: Int = 10

  @Option(help: "Seconds a client may take to send a request's body, 1 to 3600.")
  var bodyTimeout: Int = 30

  @Option(help: "Seconds an idle connection is kept, 1 to 3600.")
  var idleTimeout: Int = 75

  var resolvedHost: String { host ?? Environment.text("CABSTAND_HOST") ?? "127.0.0.1" }
  var resolvedPort: Int { port ?? Environment.text("CABSTAND_PORT").flatMap { Int($0) } ?? 8070 }

  func validate() throws {
    try Environment.checkInteger("CABSTAND_PORT")
    try Self.check(resolvedPort, in: 0...65_535, "port")
    try Self.check(maxBodyBytes, in: 1_024...(1 << 30), "max-body-bytes")
    try Self.check(maxHeaderBytes, in: 1_024...(1 << 20), "max-header-bytes")
    try Self.check(maxConnections, in: 1...1_000_000, "max-connections")
    try Self.check(headerTimeout, in: 1...3_600, "header-timeout")
    try Self.check(bodyTimeout, in: 1...3_600, "body-timeout")
    try Self.check(idleTimeout, in: 1...3_600, "idle-timeout")
  }

  private static func check(_ value: Int, in range: ClosedRange<Int>, _ name: String) throws {
    guard range.contains(value) else {
      throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound), found \(value).")
    }
  }

  /// The server's configuration.
  var http: HTTPServerConfiguration {
    var configuration = HTTPServerConfiguration(address: .tcp(host: resolvedHost, port: resolvedPort))
    configuration.maxBodyBytes = maxBodyBytes
    configuration.maxHeaderBytes = maxHeaderBytes
    configuration.maxConnections = maxConnections
    configuration.maxOpenStreams = maxConnections
    configuration.headerReadTimeout = .seconds(headerTimeout)
    configuration.bodyReadTimeout = .seconds(bodyTimeout)
    configuration.idleTimeout = .seconds(idleTimeout)
    return configuration
  }
}
