import CoreMetrics
import FunctionKit
import Logging
import Synchronization

/// Starts a function at moments of city time: never early, each tick on one instance.
///
/// The ledger says which tick was fired last; whoever moves it on to a tick, by compare-and-set, runs that tick. So a tick is neither
/// lost nor doubled when an instance dies between ticks. Where one dies in the middle of a run, the ticks that fell due since are run by
/// the next instance, one after the other.
final class CronTrigger: Trigger {
  private let workers: TriggerWorkers
  private let settings: CronSettings
  private let ledger: any TickLedger
  private let lease: CronLease?
  private let clock: any WallClock
  private let signal = StopSignal()
  private let running = Atomic(0)
  private let failure = Mutex<String?>(nil)
  private let owner: String
  /// A tick that was to be written and got no answer: it may be this instance's to run.
  private let unsure = Mutex<EventTime?>(nil)
  /// Since when this instance has watched, in city time.
  private let watchedSince = Mutex(EventTime(unixMilliseconds: .max))
  private let skippedTicks: Counter
  private let foreignTicks: Counter

  /// How far apart the clocks of instances may be; a ledger that is further ahead was written before the clock was set back.
  private static let clockTolerance = Duration.seconds(10)
  /// How many missed ticks are run one after the other at most; the earliest are left out.
  private static let catchUpLimit = 10_000
  /// How long to wait, in real time, for stores that cannot be reached.
  private static let patience = Duration.milliseconds(250)

  let name: String
  var trouble: String? { failure.withLock { $0 } }

  init(_ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment) throws {
    name = workers.label
    self.workers = workers
    clock = environment.clock
    owner = environment.configuration.instanceID
    settings = try CronSettings(trigger, origin: workers.origin)
    if settings.isShared, let keeper = environment.stores.leases {
      lease = CronLease(
        keeper: keeper, name: "cron/\(workers.label)", duration: environment.configuration.leaseDuration,
        logger: workers.logger)
    } else {
      lease = nil
    }
    ledger = settings.isShared ? environment.stores.ticks : MemoryTickLedger()
    let labels = [("function", workers.function.name), ("trigger", workers.trigger.name)]
    skippedTicks = Counter(label: "cabstand_cron_missed_ticks", dimensions: labels, factory: environment.metrics)
    foreignTicks = Counter(label: "cabstand_cron_foreign_ticks", dimensions: labels, factory: environment.metrics)
  }

  func stop() { signal.stop() }

  func clockMovedBack() { signal.interrupt() }

  func run() async {
    await withTaskGroup(of: Void.self) { group in
      var last: EventTime?
      while !signal.isStopped, !Task.isCancelled {
        do {
          guard let known = last else {
            last = try await begin()
            succeeded()
            continue
          }
          guard let next = settings.schedule.next(after: known) else {
            workers.logger.error("the schedule has no further tick")
            break
          }
          do {
            try await signal.wait { [clock] in try await clock.sleep(until: next) }
          } catch {
            // Stopped, or city time was set back and the ledger is ahead of it.
            last = nil
            continue
          }
          last = try await fire(after: known, &group)
          succeeded()
        } catch {
          failed(error)
          try? await signal.wait { try await Task.sleep(for: Self.patience) }
        }
      }
    }
  }

  // MARK: The ledger

  /// Finds the last tick, or begins with the present.
  private func begin() async throws -> EventTime? {
    let entry = try await read()
    let now = clock.now()
    watchedSince.withLock { $0 = now < $0 || (entry?.time ?? now) > now.advanced(by: Self.clockTolerance) ? now : $0 }
    guard let entry else {
      return try await advance(from: nil, to: LedgerTick(time: now, isDone: true)) ? now : nil
    }
    if entry.time > now.advanced(by: Self.clockTolerance) {
      // City time was set back: a replay.
      return try await advance(from: entry.time, to: LedgerTick(time: now, isDone: true)) ? now : nil
    }
    let stale = now.advanced(by: .zero - Self.clockTolerance)
    if settings.missed == .skip, entry.isDone,
      let (tick, others) = settings.schedule.latest(after: entry.time, upTo: stale)
    {
      guard try await advance(from: entry.time, to: LedgerTick(time: tick, isDone: true)) else { return nil }
      skippedTicks.increment(by: Int64(others + 1))
      return tick
    }
    return entry.time
  }

  /// Runs what is due, where this instance gets it.
  /// - Returns: the last tick that the ledger has; nil where it must be looked up.
  private func fire(after known: EventTime, _ group: inout TaskGroup<Void>) async throws -> EventTime? {
    guard let lease else { return try await fire(known: known, token: nil, &group) }
    guard let held = try await lease.acquire() else {
      // Another instance is at a tick, or died at one.
      try? await signal.wait { try await Task.sleep(for: lease.duration / 4) }
      return known
    }
    guard settings.allowsOverlap else {
      return try await lease.hold(held) { try await fire(known: known, token: held.fencingToken, &group) }
    }
    let last = try await fire(known: known, token: held.fencingToken, &group)
    try await lease.keeper.release(held)
    return last
  }

  private func fire(
    known: EventTime, token: UInt64?, _ group: inout TaskGroup<Void>
  ) async throws -> EventTime? {
    guard let entry = try await read() else { return nil }
    if entry.time > known, let (_, others) = settings.schedule.latest(after: known, upTo: entry.time) {
      foreignTicks.increment(by: Int64(others + 1))
    }
    let now = clock.now()
    guard entry.time <= now.advanced(by: Self.clockTolerance) else { return nil }
    var wasInterrupted = !entry.isDone
    if wasInterrupted, entry.owner == owner, unsure.withLock({ $0 }) == entry.time {
      // It was written after all, and nobody has run it.
      unsure.withLock { $0 = nil }
      await perform(entry.time, token: token, attempt: 1)
      try await finish(entry.time)
      wasInterrupted = false
    }
    if wasInterrupted {
      workers.logger.warning(
        "the instance that ran the last tick is gone", metadata: ["tick": .string(entry.time.rfc3339)])
      if settings.repeatsInterrupted {
        await perform(entry.time, token: token, attempt: 2)
        try await finish(entry.time)
      }
    }
    var last = entry.time
    for tick in due(after: last, upTo: now, wasInterrupted: wasInterrupted) where !signal.isStopped {
      let isDetached = settings.allowsOverlap
      guard try await advance(from: last, to: LedgerTick(time: tick, isDone: isDetached)) else { return nil }
      last = tick
      if isDetached {
        detach(tick, token: token, &group)
      } else {
        await perform(tick, token: token, attempt: 1)
        try await finish(tick)
      }
    }
    return last
  }

  /// The ticks to run.
  ///
  /// Where the instance that ran the last one died, those that fell due since while this one watched are not missed: all of them run.
  private func due(after last: EventTime, upTo now: EventTime, wasInterrupted: Bool) -> [EventTime] {
    let limit = settings.missed == .all ? Self.catchUpLimit : 1
    var (ticks, leftOut): ([EventTime], Int)
    if wasInterrupted {
      let watched = min(max(watchedSince.withLock { $0 }, last), now)
      (ticks, leftOut) = settings.schedule.ticks(after: watched, upTo: now, limit: Self.catchUpLimit)
      let before = settings.schedule.ticks(after: last, upTo: watched, limit: limit)
      // The last of those before stands for all of them, unless a later one does.
      let runsBefore = settings.missed == .all || (settings.missed == .once && ticks.isEmpty)
      leftOut += runsBefore ? before.leftOut : before.leftOut + before.ticks.count
      if runsBefore { ticks = before.ticks + ticks }
    } else {
      (ticks, leftOut) = settings.schedule.ticks(after: last, upTo: now, limit: limit)
    }
    if leftOut > 0 { skippedTicks.increment(by: Int64(leftOut)) }
    return ticks
  }

  private func read() async throws -> LedgerTick? {
    let (ledger, name) = (ledger, name)
    return try await Task { try await ledger.last(name) }.value
  }

  private func advance(from known: EventTime?, to tick: LedgerTick) async throws -> Bool {
    let (ledger, name) = (ledger, name)
    var tick = tick
    tick.owner = owner
    let next = tick
    unsure.withLock { $0 = next.time }
    let isWritten = try await Task { try await ledger.advance(name, from: known, to: next) }.value
    unsure.withLock { $0 = nil }
    return isWritten
  }

  private func finish(_ tick: EventTime) async throws {
    let (ledger, name) = (ledger, name)
    try await Task { try await ledger.finish(name, tick) }.value
  }

  private func succeeded() { failure.withLock { $0 = nil } }

  private func failed(_ error: any Error) {
    let isFirst = failure.withLock { failure in
      defer { failure = "ticks and leases cannot be had" }
      return failure == nil
    }
    guard isFirst else { return }
    workers.logger.warning("ticks cannot be told", metadata: ["error": .string(String(describing: error))])
  }

  // MARK: Running

  /// Runs a tick beside others, unless every worker is at one.
  private func detach(_ tick: EventTime, token: UInt64?, _ group: inout TaskGroup<Void>) {
    guard running.add(1, ordering: .relaxed).newValue <= workers.pool.limits.numWorkers else {
      running.subtract(1, ordering: .relaxed)
      skippedTicks.increment()
      return
    }
    group.addTask {
      await self.perform(tick, token: token, attempt: 1)
      self.running.subtract(1, ordering: .relaxed)
    }
  }

  private func perform(_ tick: EventTime, token: UInt64?, attempt: Int) async {
    var extensions = settings.extensions
    if let token { extensions["fencingtoken"] = String(token) }
    let event = Event(
      id: "\(workers.label)@\(tick.unixMilliseconds)", source: "/cabstand/cron/\(workers.label)", type: settings.type,
      time: tick, extensions: extensions, body: settings.body, trigger: workers.trigger)
    let result = await AwaitedInvocation.perform(
      event, .init(workers: workers, caller: .service("cron"), attempt: attempt, waitsForEnd: true))
    if case .failure(let error) = result {
      workers.logger.warning(
        "a tick failed", metadata: ["event": .string(event.id), "error": .string(String(describing: error))])
    }
  }
}
