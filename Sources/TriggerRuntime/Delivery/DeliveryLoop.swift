import CoreMetrics
import FunctionKit
import Logging
import Synchronization

/// Brings the events of a source to a function: the one engine behind every trigger that gets its events by itself.
///
/// An event is acknowledged only when it was handled or is among the dead letters (or, at most once, before it is tried). A failure
/// delays the later events of its key, not those of others.
final class DeliveryLoop: Trigger {
  let name: String
  let policy: DeliveryPolicy
  let workers: TriggerWorkers
  let source: any DeliverySource
  let stores: TriggerStores
  let consumer: String
  let counters: DeliveryCounters
  let buffer = Mutex(DeliveryBuffer())
  let changes = WakeUp()
  let signal = StopSignal()
  private let maxBuffered: Int
  private let failures = Atomic(0)

  /// How many failed reads in a row make the trigger unready.
  private static let failuresToTrouble = 3
  private static let readBackoff = RetryPolicy(delay: .milliseconds(100), longestDelay: .seconds(5))

  /// Whose dead letters are this trigger's.
  var place: DeadLetter.Place { .init(function: workers.function.name, trigger: workers.trigger.name) }

  var trouble: String? {
    failures.load(ordering: .relaxed) >= Self.failuresToTrouble ? "\(source.label) cannot be read" : nil
  }

  init(_ source: any DeliverySource, policy: DeliveryPolicy, workers: TriggerWorkers, environment: TriggerEnvironment) {
    name = workers.label
    self.source = source
    self.policy = policy
    self.workers = workers
    stores = environment.stores
    consumer = environment.configuration.instanceID
    maxBuffered = max(64, workers.pool.limits.numWorkers * policy.batchSize * 2)
    counters = DeliveryCounters(
      function: workers.function.name, trigger: workers.trigger.name, factory: environment.metrics)
  }

  func stop() {
    signal.stop()
    changes.notify()
  }

  func clockMovedBack() {
    if source.followsClock { signal.interrupt() }
  }

  func run() async {
    await persist { [source] in try await source.open() }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.read() }
      if let period = source.maintenancePeriod { group.addTask { await self.maintain(every: period) } }
      for _ in 0..<workers.pool.limits.numWorkers {
        group.addTask { await self.work() }
      }
    }
    await source.close()
  }

  /// Takes dead letters in hand that were redriven.
  func accept(_ letters: [DeadLetter]) {
    add(
      letters.map { letter in
        Delivery(id: "dead letter \(letter.id)", event: letter.event, letter: letter)
      })
  }

  /// The dead letters that are in hand.
  var lettersInHand: [Int64] {
    buffer.withLock { $0.ids }.compactMap { id in
      id.hasPrefix("dead letter ") ? Int64(id.dropFirst("dead letter ".count)) : nil
    }
  }

  // MARK: Reading

  private func read() async {
    while !signal.isStopped, !Task.isCancelled {
      let generation = changes.generation
      let room = maxBuffered - buffer.withLock { $0.count }
      guard room > 0 else {
        await changes.wait(after: generation)
        continue
      }
      await persist { [self] in add(try await source.receive(room)) }
    }
  }

  /// Tries until it succeeds or the trigger stops.
  private func persist(_ operation: @escaping @Sendable () async throws -> Void) async {
    while !signal.isStopped, !Task.isCancelled {
      do {
        try await signal.wait(operation)
        failures.store(0, ordering: .relaxed)
        return
      } catch is CancellationError {
        continue
      } catch {
        let count = failures.add(1, ordering: .relaxed).newValue
        if count == Self.failuresToTrouble {
          workers.logger.error(
            "the source cannot be read",
            metadata: ["source": .string(source.label), "error": .string(String(describing: error))])
        }
        let delay = Self.readBackoff.wait(afterFailures: count)
        try? await signal.wait { try await Task.sleep(for: delay) }
      }
    }
  }

  private func add(_ deliveries: [Delivery]) {
    guard !deliveries.isEmpty else { return }
    buffer.withLock { buffer in
      for delivery in deliveries { buffer.add(delivery, key: policy.lane(of: delivery)) }
    }
    changes.notify()
  }

  /// Keeps what is in hand from being taken over, and takes over what others left.
  private func maintain(every period: Duration) async {
    while !signal.isStopped, !Task.isCancelled {
      await lookForAbandoned()
      try? await signal.wait { try await Task.sleep(for: period) }
    }
  }

  /// Says what is in hand, and takes over what was left alone for too long.
  func lookForAbandoned() async {
    let (ids, room) = buffer.withLock { (Array($0.ids), maxBuffered - $0.count) }
    do {
      let source = source
      add(try await signal.wait { try await source.maintain(ids, room: max(room, 0)) })
    } catch {
      workers.logger.debug(
        "abandoned events cannot be taken over", metadata: ["error": .string(String(describing: error))])
    }
  }

  // MARK: Working

  private func work() async {
    while let items = await take() { await handle(items) }
  }

  /// Waits for items; nil where the trigger stops and nothing is ready.
  private func take() async -> [DeliveryBuffer.Item]? {
    while !Task.isCancelled {
      let generation = changes.generation
      let (items, due) = buffer.withLock { ($0.take(policy.batchSize, now: .now), $0.nextDue) }
      if !items.isEmpty { return await fill(items) }
      if signal.isStopped { return nil }
      await changes.wait(after: generation, until: due)
    }
    return nil
  }

  /// Waits for a batch to become full, as long as the first event of it may wait.
  private func fill(_ first: [DeliveryBuffer.Item]) async -> [DeliveryBuffer.Item] {
    var items = first
    let end = ContinuousClock.now + policy.batchTimeout
    while items.count < policy.batchSize, !items.contains(where: \.isSuspect), !signal.isStopped,
      ContinuousClock.now < end
    {
      let generation = changes.generation
      let more = buffer.withLock { $0.take(policy.batchSize - items.count, isEmptyHanded: false, now: .now) }
      items += more
      if more.isEmpty { await changes.wait(after: generation, until: end) }
    }
    return items
  }

  /// The items are done: the next ones of their keys may be taken.
  func finish(_ items: [DeliveryBuffer.Item]) {
    guard !items.isEmpty else { return }
    buffer.withLock { buffer in
      for item in items { buffer.finish(item) }
    }
    changes.notify()
  }

  /// The item is taken again after a while, before the others of its key.
  func retry(_ item: DeliveryBuffer.Item, after delay: Duration) {
    buffer.withLock { $0.retry(item, at: .now + delay) }
    changes.notify()
  }

  /// Does what must be done even where the trigger's own task was cancelled.
  func shielded<T: Sendable>(_ operation: @escaping @Sendable () async throws -> T) async throws -> T {
    try await Task { try await operation() }.value
  }
}
