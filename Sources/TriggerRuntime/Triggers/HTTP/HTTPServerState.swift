import CoreMetrics
import Logging
import Synchronization

/// What all event loops of a server share.
final class HTTPServerState: Sendable {
  let configuration: HTTPServerConfiguration
  let router: HTTPRouter
  let logger: Logger
  let parser: HTTPHeadParser
  private let openConnections = Atomic(0)
  private let openStreams = Atomic(0)
  private let accepted = Atomic(0)
  private let openRequests = Atomic(0)
  private let connectionMeter: Meter
  private let streamMeter: Meter
  private let refusals: [Int: Counter]

  /// Statuses with which the server itself refuses, each a label of its own.
  private static let refusalStatuses = [400, 404, 405, 408, 413, 414, 429, 431, 501, 503, 505]

  init(configuration: HTTPServerConfiguration, router: HTTPRouter, logger: Logger, metrics: any MetricsFactory) {
    self.configuration = configuration
    self.router = router
    self.logger = logger
    parser = HTTPHeadParser(
      limits: .init(
        maxHeaderBytes: configuration.maxHeaderBytes, maxHeaderCount: configuration.maxHeaderCount,
        maxURIBytes: configuration.maxURIBytes))
    connectionMeter = Meter(label: "cabstand_http_connections", dimensions: [], factory: metrics)
    streamMeter = Meter(label: "cabstand_http_open_streams", dimensions: [], factory: metrics)
    refusals = Dictionary(
      uniqueKeysWithValues: Self.refusalStatuses.map { status in
        let labels = [("status", String(status))]
        return (status, Counter(label: "cabstand_http_refusals", dimensions: labels, factory: metrics))
      })
  }

  /// Counts a request that no route answered.
  func countRefusal(status: Int) { refusals[status]?.increment() }

  /// Takes one of the places for connections; false where all are taken.
  func takeConnection() -> Bool {
    Self.take(openConnections, limit: configuration.maxConnections, connectionMeter)
  }

  /// A connection was accepted that no event loop has yet.
  func willOpen() { accepted.add(1, ordering: .relaxed) }

  /// An event loop has the connection, or it failed.
  func didOpen() { accepted.subtract(1, ordering: .relaxed) }

  /// Whether there is no connection, not even one on its way to its event loop.
  var isDeserted: Bool { accepted.load(ordering: .relaxed) == 0 && connectionCount == 0 }

  func returnConnection() {
    openConnections.subtract(1, ordering: .relaxed)
    connectionMeter.decrement()
  }

  /// Takes one of the places for event streams; false where all are taken.
  func takeStream() -> Bool {
    Self.take(openStreams, limit: configuration.maxOpenStreams, streamMeter)
  }

  func returnStream() {
    openStreams.subtract(1, ordering: .relaxed)
    streamMeter.decrement()
  }

  /// Takes one of the places for requests to functions; false where all are taken.
  func takeRequest() -> Bool {
    guard openRequests.add(1, ordering: .relaxed).newValue <= configuration.maxInFlight else {
      openRequests.subtract(1, ordering: .relaxed)
      return false
    }
    return true
  }

  func returnRequest() { openRequests.subtract(1, ordering: .relaxed) }

  /// How many requests to functions are at work or wait.
  var requestCount: Int { openRequests.load(ordering: .relaxed) }

  /// How many connections are open.
  var connectionCount: Int { openConnections.load(ordering: .relaxed) }
  /// How many event streams are open.
  var streamCount: Int { openStreams.load(ordering: .relaxed) }

  private static func take(_ places: borrowing Atomic<Int>, limit: Int, _ meter: Meter) -> Bool {
    guard places.add(1, ordering: .relaxed).newValue <= limit else {
      places.subtract(1, ordering: .relaxed)
      return false
    }
    meter.increment()
    return true
  }
}
