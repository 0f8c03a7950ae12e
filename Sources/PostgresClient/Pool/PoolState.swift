/// Which connections there are, who uses them and who waits: the pool's decisions, free of side effects.
///
/// A connection is either *shared* by pipelined statements or *leased* to one transaction. At least one connection is
/// never leased (unless there is only one), so statements outside transactions always get through, even those that a
/// transaction's own body makes.
struct PoolState {
  enum Use { case connecting, shared, draining, leased, ending }

  final class Slot {
    let connection: PostgresConnection
    var use = Use.connecting
    var load = 0
    var isFenced = false
    var lastProgress: MonotonicTime

    init(connection: PostgresConnection, now: MonotonicTime) {
      self.connection = connection
      lastProgress = now
    }
  }

  /// What to do after the lock is released.
  enum Action {
    case send(PostgresUnit, PostgresConnection)
    case grant(PostgresUnit, PostgresConnection)
    case connect
    case fail(PostgresUnit, PostgresError)
  }

  /// A connection that has not answered for this long has something slow in front; others are preferred.
  static let stallNanoseconds: UInt64 = 5_000_000
  /// How many connections are made at once: those that are open by then often suffice for who waits.
  static let maxConnecting = 2

  let configuration: PostgresConfiguration
  var slots: [Slot] = []
  var waiting: [PostgresUnit] = []
  var leaseWaiters: [PostgresUnit] = []
  var isClosed = false
  var nextID = 0
  var failures = 0
  var retryAt = MonotonicTime(nanoseconds: 0)
  var isRetryScheduled = false
  var lastConnectError: PostgresError?
  /// With a single connection: whose turn it is.
  private var isLeaseTurn = true

  init(configuration: PostgresConfiguration) { self.configuration = configuration }

  var leased: Int { slots.count { $0.use == .leased } }
  var isConnecting: Bool { slots.contains { $0.use == .connecting } }
  var isIdle: Bool { slots.allSatisfy { $0.load == 0 && $0.use != .leased } && waiting.isEmpty && leaseWaiters.isEmpty }
  private var maxLeases: Int { max(1, configuration.maxConnections - 1) }

  func slot(of connection: PostgresConnection) -> Slot? { slots.first { $0.connection === connection } }

  /// Finds a place for a statement.
  mutating func submit(_ unit: PostgresUnit, now: MonotonicTime) -> [Action] {
    if isClosed { return [.fail(unit, PostgresError(.poolClosed, "the pool is closed"))] }
    // Callers who gave up must not make a queue of nobody.
    if let live = waiting.firstIndex(where: { !$0.isFinished }) {
      if live > 0 { waiting.removeFirst(live) }
    } else {
      waiting.removeAll(keepingCapacity: true)
    }
    if waiting.isEmpty, let slot = place(now: now) {
      assign(slot, now: now)
      return [.send(unit, slot.connection)]
    }
    return enqueue(unit, now: now, lease: false)
  }

  /// Finds a connection for a lease.
  mutating func lease(_ unit: PostgresUnit, now: MonotonicTime) -> [Action] {
    if isClosed { return [.fail(unit, PostgresError(.poolClosed, "the pool is closed"))] }
    let actions = enqueue(unit, now: now, lease: true)
    return pump(now: now) + actions
  }

  private mutating func enqueue(_ unit: PostgresUnit, now: MonotonicTime, lease: Bool) -> [Action] {
    if waiting.count + leaseWaiters.count >= configuration.maxWaiting {
      waiting.removeAll { $0.isFinished }
      leaseWaiters.removeAll { $0.isFinished }
      if waiting.count + leaseWaiters.count >= configuration.maxWaiting {
        return [.fail(unit, PostgresError(.poolExhausted, "\(configuration.maxWaiting) callers wait already"))]
      }
    }
    if lease { leaseWaiters.append(unit) } else { waiting.append(unit) }
    return lease ? [] : growth(now: now)
  }

  /// Hands out what has become free.
  mutating func pump(now: MonotonicTime) -> [Action] {
    var actions: [Action] = []
    grantLeases(&actions, now: now)
    if !waiting.isEmpty { assignWaiting(&actions, now: now) }
    return actions
  }

  private mutating func grantLeases(_ actions: inout [Action], now: MonotonicTime) {
    if leaseWaiters.isEmpty { return }
    leaseWaiters.removeAll { $0.isFinished }
    if configuration.maxConnections == 1, !waiting.isEmpty, !isLeaseTurn {
      isLeaseTurn = true
      return
    }
    var granted = 0
    while granted < leaseWaiters.count, leased < maxLeases {
      let idle =
        slots.first { $0.load == 0 && !$0.isFenced && $0.use == .draining }
        ?? slots.first { $0.load == 0 && !$0.isFenced && $0.use == .shared }
      guard let slot = idle else { break }
      slot.use = .leased
      actions.append(.grant(leaseWaiters[granted], slot.connection))
      granted += 1
      isLeaseTurn = false
    }
    leaseWaiters.removeFirst(granted)
    let wanted = min(leaseWaiters.count, maxLeases - leased)
    var draining = slots.count { $0.use == .draining }
    if wanted > draining { actions += growth(now: now) }
    // With no room to grow, the least loaded shared connections take nothing new until they are free.
    while wanted > draining, !mayGrow(now: now) {
      let shared = slots.filter { $0.use == .shared }
      guard shared.count > 1 || configuration.maxConnections == 1, let slot = shared.min(by: { $0.load < $1.load })
      else { break }
      slot.use = .draining
      draining += 1
    }
    if wanted < draining {
      for slot in slots where slot.use == .draining && draining > wanted {
        slot.use = .shared
        draining -= 1
      }
    }
  }

  private mutating func assignWaiting(_ actions: inout [Action], now: MonotonicTime) {
    var taken = 0
    while taken < waiting.count {
      let unit = waiting[taken]
      if unit.isFinished {
        taken += 1
        continue
      }
      guard let slot = place(now: now) else { break }
      assign(slot, now: now)
      actions.append(.send(unit, slot.connection))
      taken += 1
    }
    waiting.removeFirst(taken)
    if !waiting.isEmpty { actions += growth(now: now) }
  }

  private func assign(_ slot: Slot, now: MonotonicTime) {
    if slot.load == 0 { slot.lastProgress = now }
    slot.load += 1
  }

  /// Where a statement goes: a connection with nothing to do, or, when no more may be opened, behind others.
  ///
  /// As long as the pool may grow, or is growing, a statement never queues behind another one, which might be slow.
  private func place(now: MonotonicTime) -> Slot? {
    guard let slot = bestShared(now: now) else { return nil }
    return slot.load > 0 && (isConnecting || mayGrow(now: now)) ? nil : slot
  }

  /// Opens as many connections as callers wait, but only a few at a time.
  private func growth(now: MonotonicTime) -> [Action] {
    let connecting = slots.count { $0.use == .connecting }
    let wanted = min(Self.maxConnecting, waiting.count + leaseWaiters.count)
    return connecting < wanted && mayGrow(now: now) ? [.connect] : []
  }

  /// The shared connection with the least to do; one that seems stuck only if there is no other.
  private func bestShared(now: MonotonicTime) -> Slot? {
    var best: Slot?
    var bestScore = Int.max
    for slot in slots {
      guard slot.use == .shared, !slot.isFenced, slot.load < configuration.maxPipelinedPerConnection else { continue }
      let isStalled = slot.load > 0 && now.since(slot.lastProgress) > Self.stallNanoseconds
      let score = slot.load + (isStalled ? 1 << 20 : 0)
      if score < bestScore {
        best = slot
        bestScore = score
        if score == 0 { break }
      }
    }
    return best
  }

  /// Whether another connection may be opened now.
  func mayGrow(now: MonotonicTime) -> Bool {
    !isClosed && slots.count < configuration.maxConnections && now >= retryAt
  }

  /// Fails everyone whose time to wait is over.
  mutating func expire(now: MonotonicTime) -> (actions: [Action], next: MonotonicTime) {
    var actions: [Action] = []
    var next = MonotonicTime.never
    for unit in waiting + leaseWaiters where !unit.isFinished {
      if unit.queueDeadline > now {
        next = min(next, unit.queueDeadline)
      } else {
        actions.append(.fail(unit, waitError(unit, now: now)))
      }
    }
    waiting.removeAll { $0.isFinished || $0.queueDeadline <= now }
    leaseWaiters.removeAll { $0.isFinished || $0.queueDeadline <= now }
    return (actions, next)
  }

  private func waitError(_ unit: PostgresUnit, now: MonotonicTime) -> PostgresError {
    if !slots.contains(where: { $0.use != .connecting }) {
      return PostgresError(.connectFailed, "there is no connection to PostgreSQL", detail: lastConnectError?.detail)
    }
    if now >= unit.deadline { return PostgresError(.timeout, "the deadline passed while waiting for a connection") }
    return PostgresError(.poolExhausted, "no connection became free within \(configuration.acquireTimeout)")
  }

  /// Doubles the pause with every failure, between half and the whole of it at random so that instances spread out.
  mutating func noteConnectFailure(_ error: PostgresError, now: MonotonicTime) -> Duration {
    lastConnectError = error
    failures = min(failures + 1, 16)
    let pause = min(Duration.milliseconds(10 << failures), configuration.maxReconnectPause)
    let jittered = pause * Double.random(in: 0.5...1)
    retryAt = now + jittered
    return jittered
  }
}
