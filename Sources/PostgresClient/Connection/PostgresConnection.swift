internal import CLibpq
internal import Dispatch
internal import Glibc
internal import Logging
internal import Synchronization

/// One connection, driven by readiness: no call of libpq here ever waits for the network.
///
/// Everything but `submit`, `abandon` and `close` happens on the connection's serial queue. libpq owns the socket, so
/// `PQfinish` is called only when the cancel handlers of all sources on that socket have run.
final class PostgresConnection: @unchecked Sendable {
  enum Phase { case connecting, ready, ending, ended }

  /// The protocol's mode: pipelined statements, or one simple query (script or `COPY`) at a time.
  enum Mode { case pipeline, simple, copyIn, copyOut }

  private struct Inbox {
    var units: [PostgresUnit] = []
    var isClosed = false
  }

  let id: Int
  let configuration: PostgresConfiguration
  let logger: Logger
  let queue: DispatchQueue
  weak let owner: (any PostgresConnectionOwner)?
  private let inbox = Mutex(Inbox())

  // Used only on the queue.
  var phase = Phase.connecting
  var mode = Mode.pipeline
  /// libpq's connection; `nil` before the start and after the end.
  var handle: OpaquePointer?
  var inFlight = UnitQueue()
  /// Waiting for a cancel request to be over.
  var held: [PostgresUnit] = []
  var statements: StatementCache
  var isFenced = false
  var isCancelUnderWay = false
  /// The unit that cancel requests are meant for, until it has been answered.
  var cancelTarget: PostgresUnit?
  /// When to give up on an answer to a cancel request.
  var cancelGrace = MonotonicTime.never
  var timer: DeadlineTimer?
  private var connectDeadline = MonotonicTime.never
  var readSource: (any DispatchSourceRead)?
  var isReadPaused = false
  private var writeSource: (any DispatchSourceWrite)?
  /// Sources whose cancel handler has not run yet.
  private var openSources = 0
  private var endError: PostgresError?

  init(
    id: Int, configuration: PostgresConfiguration, logger: Logger, owner: any PostgresConnectionOwner
  ) {
    self.id = id
    self.configuration = configuration
    var logger = logger
    logger[metadataKey: "connection"] = "\(id)"
    self.logger = logger
    self.owner = owner
    queue = DispatchQueue(label: "cabstand.postgres.\(id)")
    statements = StatementCache(limit: configuration.maxPreparedStatements)
  }

  // MARK: From any thread

  /// Starts connecting; the owner hears how it went.
  func connect() { queue.async { self.startConnecting() } }

  /// Sends a unit soon. Units submitted in a burst share one hop to the queue.
  func submit(_ unit: PostgresUnit) {
    let (mustHop, isClosed) = inbox.withLock { inbox in
      if inbox.isClosed { return (false, true) }
      inbox.units.append(unit)
      return (inbox.units.count == 1, false)
    }
    if isClosed { queue.async { self.refuse(unit) } }
    if mustHop { queue.async { self.openInbox() } }
  }

  /// The caller of a sent unit no longer wants its answer: cancel it on the server.
  func abandon(_ unit: PostgresUnit, _ reason: PostgresError.Code) {
    queue.async { self.abandonOnQueue(unit, reason) }
  }

  /// Ends the connection. What is in flight fails.
  func close() {
    queue.async { self.end(nil) }
  }

  // MARK: Connecting

  private func startConnecting() {
    guard phase == .connecting, handle == nil else { return }
    connectDeadline = .now + configuration.connectTimeout
    let timer = DeadlineTimer(queue: queue) { [weak self] in self?.checkDeadlines() ?? .never }
    self.timer = timer
    timer.arm(connectDeadline)
    handle = PostgresConnectionParameters.start(configuration)
    guard let handle else {
      end(PostgresError(.connectFailed, "out of memory"))
      return
    }
    // libpq prints notices on standard error unless told otherwise.
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    guard PQstatus(handle) != CONNECTION_BAD else {
      end(connectError())
      return
    }
    wait(forWriting: true)
  }

  private func poll() {
    guard phase == .connecting, let handle else { return }
    switch PQconnectPoll(handle) {
    case PGRES_POLLING_OK: becomeReady(handle)
    case PGRES_POLLING_READING: wait(forWriting: false)
    case PGRES_POLLING_WRITING: wait(forWriting: true)
    default: end(connectError())
    }
  }

  /// Waits once. libpq may close the socket and open another in `PQconnectPoll` (next address, TLS refused), so each
  /// wait has a source of its own, and polling goes on only when that source is gone.
  private func wait(forWriting: Bool) {
    guard let handle else { return }
    let socket = PQsocket(handle)
    guard socket >= 0 else {
      end(connectError())
      return
    }
    openSources += 1
    if forWriting {
      let source = DispatchSource.makeWriteSource(fileDescriptor: socket, queue: queue)
      source.setEventHandler { source.cancel() }
      source.setCancelHandler { [self] in waitIsOver() }
      writeSource = source
      source.activate()
    } else {
      let source = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
      source.setEventHandler { source.cancel() }
      source.setCancelHandler { [self] in waitIsOver() }
      readSource = source
      source.activate()
    }
  }

  private func waitIsOver() {
    readSource = nil
    writeSource = nil
    sourceIsGone()
    poll()
  }

  private func becomeReady(_ handle: OpaquePointer) {
    guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
      end(connectError())
      return
    }
    connectDeadline = .never
    phase = .ready
    openSources += 1
    let source = DispatchSource.makeReadSource(fileDescriptor: PQsocket(handle), queue: queue)
    source.setEventHandler { [self] in readable() }
    source.setCancelHandler { [self] in sourceIsGone() }
    readSource = source
    source.activate()
    logger.debug("connected to PostgreSQL", metadata: ["backend": "\(PQbackendPID(handle))"])
    owner?.connectionIsReady(self)
    openInbox()
  }

  private func connectError() -> PostgresError {
    let detail = handle.flatMap { PQerrorMessage($0) }.map { String(cString: $0) }
    return PostgresError(.connectFailed, "cannot connect", detail: detail)
  }

  // MARK: Reading and writing

  private func readable() {
    guard phase == .ready, let handle else { return }
    var isAlive = PQconsumeInput(handle) == 1
    // Dispatch reports a hang-up once. The server's last words may have been all that this call read, so the end of
    // the stream behind them has to be fetched now or it is never noticed.
    if isAlive, Self.isHungUp(PQsocket(handle)) {
      while isAlive { isAlive = PQconsumeInput(handle) == 1 }
    }
    // What arrived before the end still counts.
    drain(handle)
    guard phase == .ready else { return }
    while let note = PQnotifies(handle) {
      let channel = String(cString: note.pointee.relname)
      let payload = String(cString: note.pointee.extra)
      PQfreemem(note)
      owner?.connection(self, wasNotified: channel, payload: payload)
    }
    if !isAlive || PQstatus(handle) == CONNECTION_BAD {
      end(lostError())
    } else {
      flush()
    }
  }

  private static func isHungUp(_ socket: Int32) -> Bool {
    var query = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&query, 1, 0) > 0 && query.revents & Int16(POLLHUP | POLLERR) != 0
  }

  /// Writes what libpq has buffered; asks to be woken when the socket takes no more.
  func flush() {
    guard phase == .ready, let handle else { return }
    switch PQflush(handle) {
    case 0:
      writeSource?.cancel()
      writeSource = nil
      didFlush()
    case 1: if writeSource == nil { waitToWrite(handle) }
    default:
      drain(handle)
      end(lostError())
    }
  }

  private func waitToWrite(_ handle: OpaquePointer) {
    openSources += 1
    let source = DispatchSource.makeWriteSource(fileDescriptor: PQsocket(handle), queue: queue)
    source.setEventHandler { [self] in flush() }
    source.setCancelHandler { [self] in sourceIsGone() }
    writeSource = source
    source.activate()
  }

  func lostError() -> PostgresError {
    let detail = handle.flatMap { PQerrorMessage($0) }.map { String(cString: $0) }
    return PostgresError(.connectionLost, "the connection broke", detail: detail)
  }

  // MARK: Units

  private func openInbox() {
    guard phase != .connecting else { return }
    let units = inbox.withLock { inbox in
      let units = inbox.units
      inbox.units.removeAll(keepingCapacity: true)
      return units
    }
    guard phase == .ready else {
      for unit in units { refuse(unit) }
      return
    }
    if isFenced {
      for unit in units {
        held.append(unit)
        timer?.arm(unit.deadline)
      }
      return
    }
    send(units)
  }

  /// What happens to a unit that was never sent because the connection has ended.
  func refuse(_ unit: PostgresUnit) {
    if unit.standsAlone, !unit.isFinished {
      owner?.connection(self, returns: unit)
    } else {
      unit.finish(.failure(endError ?? lostError()))
      owner?.connection(self, hasFinished: 1)
    }
  }

  // MARK: Deadlines

  /// Called when the earliest deadline may have passed.
  /// - Returns: the next one.
  private func checkDeadlines() -> MonotonicTime {
    let now = MonotonicTime.now
    if now >= connectDeadline {
      end(PostgresError(.connectFailed, "no connection within \(configuration.connectTimeout)"))
      return .never
    }
    if now >= cancelGrace {
      logger.warning("PostgreSQL does not answer a cancel request; closing the connection")
      end(PostgresError(.connectionLost, "the server did not answer a cancel request"))
      return .never
    }
    var next = min(connectDeadline, cancelGrace)
    for unit in inFlight.units + held where unit.abandoned == nil {
      if now >= unit.deadline { abandonOnQueue(unit, .timeout) } else { next = min(next, unit.deadline) }
    }
    return min(next, cancelGrace)
  }

  // MARK: The end

  /// Fails what is in flight, closes the sources, then the connection.
  func end(_ error: PostgresError?) {
    guard phase == .connecting || phase == .ready else { return }
    let wasConnecting = phase == .connecting
    phase = .ending
    endError = error ?? PostgresError(.connectionLost, "the connection was closed")
    let unsent = inbox.withLock { inbox in
      inbox.isClosed = true
      let units = inbox.units
      inbox.units = []
      return units
    }
    failInFlight(endError ?? lostError())
    for unit in held + unsent { refuse(unit) }
    held = []
    timer?.cancel()
    timer = nil
    if isReadPaused { readSource?.resume() }
    readSource?.cancel()
    writeSource?.cancel()
    readSource = nil
    writeSource = nil
    if !wasConnecting, let error { logger.debug("lost a connection to PostgreSQL", metadata: ["error": "\(error)"]) }
    owner?.connectionHasEnded(self, error: error)
    finishIfPossible()
  }

  private func sourceIsGone() {
    openSources -= 1
    finishIfPossible()
  }

  private func finishIfPossible() {
    guard phase == .ending, openSources == 0 else { return }
    phase = .ended
    if let handle { PQfinish(handle) }
    handle = nil
  }
}
