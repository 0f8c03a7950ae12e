internal import Dispatch
package import Logging
internal import ServiceLifecycle
internal import Synchronization

/// A bounded pool of connections to one PostgreSQL database.
///
/// Statements outside transactions share connections: several callers' statements are in flight on one connection at
/// once (pipelined), each its own transaction. Transactions, scripts and `COPY` get a connection for themselves. No
/// thread of the cooperative pool ever waits for the network.
///
/// The pool connects on demand and works without `run()`; `run()` keeps `minConnections` open, closes idle ones and
/// ends the pool at graceful shutdown.
package final class PostgresPool: Sendable {
  /// How the pool was made.
  package let configuration: PostgresConfiguration
  let logger: Logger
  let metrics = PostgresMetrics()
  private let state: Mutex<PoolState>
  private let queue = DispatchQueue(label: "cabstand.postgres.pool")
  private let timer: Mutex<TimerBox>
  let listener: PostgresListener

  /// Used only inside the mutex and on the pool's queue.
  private struct TimerBox: @unchecked Sendable {
    var timer: DeadlineTimer?
  }

  /// Creates a pool; it does not connect yet.
  /// - Throws: `configuration` when a limit makes no sense.
  package init(configuration: PostgresConfiguration, logger: Logger) throws(PostgresError) {
    try configuration.validate()
    self.configuration = configuration
    self.logger = logger
    state = Mutex(PoolState(configuration: configuration))
    timer = Mutex(TimerBox())
    listener = PostgresListener(configuration: configuration, logger: logger)
    timer.withLock { box in
      box.timer = DeadlineTimer(queue: queue) { [weak self] in self?.expireWaiters() ?? .never }
    }
  }

  deinit {
    timer.withLock { $0.timer?.cancel() }
    for connection in state.withLock({ $0.slots.map(\.connection) }) { connection.close() }
    listener.close()
  }

  /// How many connections are open, how many of them leased, and how many callers wait: for tests and health pages.
  package var statistics: (open: Int, leased: Int, waiting: Int) {
    state.withLock { state in
      (
        state.slots.count { $0.use != .connecting && $0.use != .ending }, state.leased,
        state.waiting.count { !$0.isFinished } + state.leaseWaiters.count { !$0.isFinished }
      )
    }
  }

  // MARK: Units

  /// Sends a unit on a shared connection and waits for the answer.
  func runShared(_ unit: PostgresUnit) async throws(PostgresError) -> PostgresUnit.Outcome {
    let start = MonotonicTime.now
    let pass = try enter()
    do throws(PostgresError) {
      let outcome = try await unit.run { unit in
        let actions = state.withLock { $0.submit(unit, now: start) }
        perform(actions)
        armTimer(for: unit, actions)
      }
      configuration.gate?.ended(pass, .succeeded)
      metrics.took(since: start)
      return outcome
    } catch {
      configuration.gate?.ended(pass, PostgresGate.ending(error))
      metrics.took(since: start)
      metrics.failed(error.code)
      throw error
    }
  }

  /// Waits for a connection of one's own. It must be given back with `release`.
  func lease(deadline: MonotonicTime) async throws(PostgresError) -> PostgresConnection {
    let unit = PostgresUnit(
      .lease, deadline: deadline, queueDeadline: .now + configuration.acquireTimeout, standsAlone: false,
      mayCommit: false)
    let outcome: PostgresUnit.Outcome
    let pass = try enter()
    do throws(PostgresError) {
      outcome = try await unit.run { unit in
        let actions = state.withLock { $0.lease(unit, now: .now) }
        perform(actions)
        // A lease waits unless it was granted at once; a timer too many does no harm.
        armTimer(unit.queueDeadline)
      }
      configuration.gate?.ended(pass, .succeeded)
    } catch {
      configuration.gate?.ended(pass, PostgresGate.ending(error))
      metrics.failed(error.code)
      throw error
    }
    guard case .connection(let connection) = outcome else {
      throw PostgresError(.protocolViolation, "a lease without a connection")
    }
    metrics.set(leased: state.withLock { $0.leased })
    return connection
  }

  /// Gives a leased connection back.
  /// - Parameter isClean: whether it is outside a transaction and has nothing in flight; otherwise it is closed.
  func release(_ connection: PostgresConnection, isClean: Bool) {
    if !isClean { connection.close() }
    let (actions, leased) = state.withLock { state in
      if let slot = state.slot(of: connection) {
        slot.use = isClean ? .shared : .ending
        if isClean {
          slot.load = 0
          slot.lastProgress = .now
        }
      }
      return (state.pump(now: .now), state.leased)
    }
    perform(actions)
    metrics.set(leased: leased)
  }

  // MARK: Doing what the state decided

  private func perform(_ actions: [PoolState.Action]) {
    for action in actions {
      switch action {
      case .send(let unit, let connection): connection.submit(unit)
      case .grant(let unit, let connection):
        if !unit.finish(.success(.connection(connection))) { release(connection, isClean: true) }
      case .connect: openConnection()
      case .fail(let unit, let error): unit.finish(.failure(error))
      }
    }
  }

  private func openConnection() {
    let connection = state.withLock { state -> PostgresConnection? in
      guard state.mayGrow(now: .now) else { return nil }
      state.nextID += 1
      let connection = PostgresConnection(
        id: state.nextID, configuration: configuration, logger: logger, owner: self)
      state.slots.append(PoolState.Slot(connection: connection, now: .now))
      return connection
    }
    connection?.connect()
  }

  private func armTimer(for unit: PostgresUnit, _ actions: [PoolState.Action]) {
    for action in actions {
      if case .send = action { return }
    }
    armTimer(unit.queueDeadline)
  }

  private func armTimer(_ deadline: MonotonicTime) {
    queue.async { [weak self] in self?.timer.withLock { $0.timer }?.arm(deadline) }
  }

  private func expireWaiters() -> MonotonicTime {
    let (actions, next, waiting) = state.withLock { state in
      let (actions, next) = state.expire(now: .now)
      return (actions, next, state.waiting.count + state.leaseWaiters.count)
    }
    perform(actions)
    metrics.set(waiting: waiting)
    return next
  }

  private func reconnectLater(after pause: Duration) {
    let mustSchedule = state.withLock { state in
      if state.isRetryScheduled || state.isClosed { return false }
      state.isRetryScheduled = true
      return true
    }
    guard mustSchedule else { return }
    queue.asyncAfter(deadline: (.now + pause).dispatchTime) { [weak self] in self?.reconnect() }
  }

  private func reconnect() {
    let isNeeded = state.withLock { state in
      state.isRetryScheduled = false
      return !state.isClosed && !state.isConnecting
        && (!state.waiting.isEmpty || !state.leaseWaiters.isEmpty
          || state.slots.count < configuration.minConnections)
    }
    if isNeeded { openConnection() }
  }

  // MARK: Running and ending

  /// Opens `minConnections`, without waiting for them.
  package func warmUp() {
    let missing = state.withLock { max(0, configuration.minConnections - $0.slots.count) }
    for _ in 0..<missing { openConnection() }
  }

  /// Closes connections above the minimum that have had nothing to do for `idleTimeout`.
  private func closeIdle() {
    let now = MonotonicTime.now
    let idle = state.withLock { state -> [PostgresConnection] in
      let surplus = state.slots.count - configuration.minConnections
      let slots = state.slots.filter {
        $0.use == .shared && $0.load == 0 && $0.lastProgress + configuration.idleTimeout < now
      }
      let chosen = slots.prefix(max(0, surplus))
      for slot in chosen { slot.use = .ending }
      return chosen.map(\.connection)
    }
    for connection in idle { connection.close() }
  }

  /// Ends the pool: waiting callers fail, what is in flight gets `grace` to finish, then the connections are closed.
  package func shutdown(grace: Duration = .seconds(5)) async {
    let waiters = state.withLock { state in
      state.isClosed = true
      let waiters = state.waiting + state.leaseWaiters
      state.waiting = []
      state.leaseWaiters = []
      return waiters
    }
    for unit in waiters { unit.finish(.failure(PostgresError(.poolClosed, "the pool is closed"))) }
    listener.close()
    let deadline = MonotonicTime.now + grace
    while !state.withLock({ $0.isIdle }), .now < deadline {
      do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
    }
    for connection in state.withLock({ $0.slots.map(\.connection) }) { connection.close() }
  }
}

extension PostgresPool: Service {
  /// Keeps the pool in shape until graceful shutdown or cancellation, then ends it.
  package func run() async throws {
    warmUp()
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: self.configuration.idleTimeout / 2) } catch { return }
        self.closeIdle()
        self.warmUp()
      }
    }
    await shutdown()
  }
}

extension PostgresPool: PostgresConnectionOwner {
  func connectionIsReady(_ connection: PostgresConnection) {
    let (actions, open) = state.withLock { state in
      state.failures = 0
      state.retryAt = MonotonicTime(nanoseconds: 0)
      if let slot = state.slot(of: connection) {
        slot.use = .shared
        slot.lastProgress = .now
      }
      return (state.pump(now: .now), state.slots.count)
    }
    perform(actions)
    metrics.set(open: open)
  }

  func connectionHasEnded(_ connection: PostgresConnection, error: PostgresError?) {
    let now = MonotonicTime.now
    let (actions, pause, open, isClosed) = state.withLock { state -> ([PoolState.Action], Duration?, Int, Bool) in
      let wasConnecting = state.slot(of: connection)?.use == .connecting
      state.slots.removeAll { $0.connection === connection }
      var pause: Duration?
      if let error, wasConnecting { pause = state.noteConnectFailure(error, now: now) }
      return (state.pump(now: now), pause, state.slots.count, state.isClosed)
    }
    if let pause, !isClosed {
      metrics.connectFailed()
      logger.warning(
        "cannot connect to PostgreSQL; trying again",
        metadata: ["error": "\(error?.description ?? "")", "pause": "\(pause)"])
      reconnectLater(after: pause)
    } else if !isClosed {
      reconnectLater(after: .zero)
    }
    perform(actions)
    metrics.set(open: open)
  }

  func connection(_ connection: PostgresConnection, hasFinished units: Int) {
    let actions = state.withLock { state -> [PoolState.Action] in
      guard let slot = state.slot(of: connection), slot.use != .leased else { return [] }
      slot.load = max(0, slot.load - units)
      slot.lastProgress = .now
      if state.waiting.isEmpty && state.leaseWaiters.isEmpty { return [] }
      return state.pump(now: slot.lastProgress)
    }
    perform(actions)
  }

  func connection(_ connection: PostgresConnection, isFenced: Bool) {
    let actions = state.withLock { state in
      state.slot(of: connection)?.isFenced = isFenced
      return isFenced ? [] : state.pump(now: .now)
    }
    perform(actions)
  }

  func connection(_ connection: PostgresConnection, returns unit: PostgresUnit) {
    unit.reset()
    let now = MonotonicTime.now
    let actions = state.withLock { state in
      if let slot = state.slot(of: connection), slot.use != .leased { slot.load = max(0, slot.load - 1) }
      return state.submit(unit, now: now)
    }
    perform(actions)
    armTimer(for: unit, actions)
  }
}
