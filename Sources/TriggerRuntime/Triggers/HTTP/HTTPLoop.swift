import CoreMetrics
import FunctionKit
import Logging
import NIOCore
import Synchronization

/// What the connections of one event loop share: the timer, the date, ids, and the way from workers back to the loop.
///
/// Everything but `deliver` and `end` is touched on the event loop only.
final class HTTPLoop: @unchecked Sendable {
  private struct Delivery {
    var response: Response
    var exchange: HTTPExchange
    var connection: HTTPConnection
  }

  let eventLoop: any EventLoop
  let shared: HTTPServerState
  private let deliveries = Mutex<[Delivery]>([])
  /// The array that the next answers go to, so that its memory is used again.
  private var emptied: [Delivery] = []
  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var sweeper: RepeatedTask?
  private var ids = RequestIDGenerator()
  private var date = HTTPDate()
  private(set) var isDraining = false
  /// Whether connections without a request stay open for their next one while the loop drains.
  private(set) var keepsIdle = false

  init(eventLoop: any EventLoop, shared: HTTPServerState) {
    self.eventLoop = eventLoop
    self.shared = shared
  }

  // MARK: On any thread

  /// Hands an answer to the event loop; several handed over at once cost one wake-up, and one that is there already none.
  func deliver(_ response: Response, for exchange: HTTPExchange, on connection: HTTPConnection) {
    guard !eventLoop.inEventLoop else { return connection.answer(response, to: exchange) }
    let isFirst = deliveries.withLock { deliveries in
      deliveries.append(Delivery(response: response, exchange: exchange, connection: connection))
      return deliveries.count == 1
    }
    if isFirst { eventLoop.execute { self.deliverAll() } }
  }

  // MARK: On the event loop

  private func deliverAll() {
    var batch: [Delivery] = []
    swap(&batch, &emptied)
    deliveries.withLock { swap(&$0, &batch) }
    for delivery in batch { delivery.connection.answer(delivery.response, to: delivery.exchange) }
    batch.removeAll(keepingCapacity: true)
    swap(&batch, &emptied)
  }

  func add(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = connection
    startSweeping()
  }

  func remove(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = nil
    if connections.isEmpty {
      // A server without connections does not wake up.
      sweeper?.cancel()
      sweeper = nil
    }
  }

  func nextID() -> String { ids.next() }

  /// The value of the date field, without its line.
  func dateText() -> [UInt8] { date.text() }

  /// One timer for all connections, so that a request costs none.
  private func startSweeping() {
    guard sweeper == nil else { return }
    let interval = shared.configuration.sweepInterval
    sweeper = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      let now = NIODeadline.now()
      for connection in Array(self.connections.values) { connection.sweep(now) }
    }
  }

  /// Ends streams, closes what is idle, and lets the rest be answered.
  /// - Parameter keepsIdle: whether what is idle stays open for one more request.
  func drain(keepsIdle: Bool = false) {
    isDraining = true
    self.keepsIdle = keepsIdle
    for connection in Array(connections.values) { connection.drain() }
  }

  /// Closes whatever is open.
  func closeAll() {
    for connection in Array(connections.values) { connection.close() }
  }

  var connectionCount: Int { connections.count }
}

extension HTTPServerConfiguration {
  /// How often connections are looked at: often enough for the shortest of the time limits.
  var sweepInterval: TimeAmount {
    let shortest = [headerReadTimeout, bodyReadTimeout, idleTimeout, writeStallTimeout, heartbeatInterval].min()
    let quarter = TimeAmount.nanoseconds((shortest ?? .seconds(1)).wholeNanoseconds / 4)
    return min(max(quarter, .milliseconds(5)), .seconds(1))
  }
}
