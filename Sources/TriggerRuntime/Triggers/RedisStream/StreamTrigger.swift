import CoreMetrics
import FunctionKit
import Logging
import Synchronization

/// Handles the events of a stream as one consumer of a group.
///
/// An event is acknowledged only when it was handled or is among the dead letters. A failure delays the later events of its key,
/// not those of others. What a dead consumer left is taken over.
final class StreamTrigger: Trigger {
  let name: String
  let settings: StreamSettings
  let workers: TriggerWorkers
  private let source: any EventStreamSource
  private let consumer: String
  private let maxBuffered: Int
  private let buffer = Mutex(StreamBuffer())
  private let changes = WakeUp()
  private let signal = StopSignal()
  private let failures = Atomic(0)
  private let counters: StreamCounters

  /// How long a read waits for events.
  private static let readBlock = Duration.seconds(5)
  /// How many failed reads in a row make the trigger unready.
  private static let failuresToTrouble = 3
  /// How often an acknowledgement is tried before the event is left to come again.
  private static let acknowledgeAttempts = 3
  private static let readBackoff = RetryBackoff(first: .milliseconds(100), longest: .seconds(5))

  var trouble: String? {
    failures.load(ordering: .relaxed) >= Self.failuresToTrouble ? "topic \(settings.topic) cannot be read" : nil
  }

  init(_ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment) throws {
    let origin = "trigger \(workers.trigger.name) of function \(workers.function.name)"
    settings = try StreamSettings(trigger, origin: origin, function: workers.function.specification)
    guard let streams = environment.streams else {
      throw SetupError("\(origin): the runtime has no streams to read from")
    }
    name = workers.label
    self.workers = workers
    source = streams
    consumer = environment.configuration.instanceID
    maxBuffered = max(64, workers.pool.limits.numWorkers * settings.batchSize * 2)
    counters = StreamCounters(
      function: workers.function.name, trigger: workers.trigger.name, factory: environment.metrics)
  }

  func stop() {
    signal.stop()
    changes.notify()
  }

  func run() async {
    await persist { [source, settings] in
      try await source.createGroup(topic: settings.topic, group: settings.group)
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.read() }
      group.addTask { await self.takeOver() }
      for _ in 0..<workers.pool.limits.numWorkers {
        group.addTask { await self.work() }
      }
    }
  }

  // MARK: Reading

  private func read() async {
    let settings = settings
    while !signal.isStopped, !Task.isCancelled {
      let generation = changes.generation
      let room = maxBuffered - buffer.withLock { $0.count }
      guard room > 0 else {
        await changes.wait(after: generation)
        continue
      }
      await persist { [self] in
        add(
          try await source.read(
            topic: settings.topic, group: settings.group, consumer: consumer, count: room, block: Self.readBlock))
      }
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
            "the stream cannot be read",
            metadata: ["topic": .string(settings.topic), "error": .string(String(describing: error))])
        }
        let delay = Self.readBackoff.delay(afterFailures: count)
        try? await signal.wait { try await Task.sleep(for: delay) }
      }
    }
  }

  private func add(_ entries: [StreamEntry]) {
    guard !entries.isEmpty else { return }
    buffer.withLock { buffer in
      for entry in entries { buffer.add(entry, key: settings.lane(of: entry)) }
    }
    changes.notify()
  }

  /// Keeps what is at work here from being taken over, and takes over what others left.
  private func takeOver() async {
    let settings = settings
    while !signal.isStopped, !Task.isCancelled {
      do {
        try await signal.wait { [self] in
          let (ids, room) = buffer.withLock { (Array($0.ids), maxBuffered - $0.count) }
          if !ids.isEmpty {
            try await source.keepAlive(ids, topic: settings.topic, group: settings.group, consumer: consumer)
          }
          guard room > 0 else { return }
          add(
            try await source.claimIdle(
              topic: settings.topic, group: settings.group, consumer: consumer, minIdle: settings.claimAfter,
              count: room))
        }
      } catch {
        workers.logger.debug(
          "abandoned events cannot be taken over", metadata: ["error": .string(String(describing: error))])
      }
      try? await signal.wait { try await Task.sleep(for: settings.claimAfter / 3) }
    }
  }

  // MARK: Working

  private func work() async {
    while let items = await take() { await handle(items) }
  }

  /// Waits for items; nil where the trigger stops and nothing is ready.
  private func take() async -> [StreamBuffer.Item]? {
    while !Task.isCancelled {
      let generation = changes.generation
      let (items, due) = buffer.withLock { ($0.take(settings.batchSize, now: .now), $0.nextDue) }
      if !items.isEmpty { return await fill(items) }
      if signal.isStopped { return nil }
      await changes.wait(after: generation, until: due)
    }
    return nil
  }

  /// Waits for a batch to become full, as long as the first event of it may wait.
  private func fill(_ first: [StreamBuffer.Item]) async -> [StreamBuffer.Item] {
    var items = first
    let end = ContinuousClock.now + settings.batchTimeout
    while items.count < settings.batchSize, !signal.isStopped, ContinuousClock.now < end {
      let generation = changes.generation
      let more = buffer.withLock { $0.take(settings.batchSize - items.count, now: .now) }
      items += more
      if more.isEmpty { await changes.wait(after: generation, until: end) }
    }
    return items
  }

  private func handle(_ items: [StreamBuffer.Item]) async {
    var toTry: [StreamBuffer.Item] = []
    for var item in items {
      if item.givenUp == nil, item.entry.deliveryCount > settings.maxAttempts {
        // Whoever had it before died of it.
        let message = "\(item.entry.deliveryCount - 1) consumers took the event and did not finish it"
        item.givenUp = DeadLetterReason(
          code: "neverFinished", message: message, attempts: item.entry.deliveryCount - 1)
      }
      if item.givenUp == nil { toTry.append(item) } else { await bury(item) }
    }
    guard let first = toTry.first else { return }
    let events = toTry.map { item in
      var event = item.entry.event
      event.trigger = workers.trigger
      return event
    }
    let results = await AwaitedInvocation.perform(
      events, on: workers, caller: .service("stream"), attempt: attempts(of: first) + 1, waitsForEnd: true)
    var done: [StreamBuffer.Item] = []
    for (item, result) in zip(toTry, results) {
      switch result {
      case .success: done.append(item)
      case .failure(let error): await failed(item, error)
      }
    }
    await acknowledge(done)
  }

  /// How often an item was tried, here and elsewhere.
  private func attempts(of item: StreamBuffer.Item) -> Int {
    item.entry.deliveryCount - 1 + item.failures
  }

  private func acknowledge(_ items: [StreamBuffer.Item]) async {
    guard !items.isEmpty else { return }
    let ids = items.map(\.entry.id)
    for attempt in 1...Self.acknowledgeAttempts {
      do {
        try await shielded { [source, settings] in
          try await source.acknowledge(ids, topic: settings.topic, group: settings.group)
        }
        counters.acknowledged.increment(by: ids.count)
        break
      } catch {
        workers.logger.warning(
          "events were handled but not acknowledged; they may come again",
          metadata: ["count": .stringConvertible(ids.count), "error": .string(String(describing: error))])
        try? await Task.sleep(for: settings.backoff.delay(afterFailures: attempt))
      }
    }
    finish(items)
  }

  private func finish(_ items: [StreamBuffer.Item]) {
    buffer.withLock { buffer in
      for item in items { buffer.finish(item) }
    }
    changes.notify()
  }

  private func failed(_ item: StreamBuffer.Item, _ error: any Error) async {
    var item = item
    switch error {
    case InvocationError.shuttingDown,
      is CancellationError where signal.isStopped:
      // Stays pending in the group; whoever runs on takes it over.
      buffer.withLock { $0.retry(item, at: .now + .seconds(3_600)) }
      return
    case InvocationError.noWorkerFree, InvocationError.queueFull:
      retry(item)
      return
    default: break
    }
    item.failures += 1
    let attempts = attempts(of: item)
    let isFinal = (error as? FunctionError).map { !$0.isRetriable } ?? false
    if isFinal || attempts >= settings.maxAttempts {
      item.givenUp = Self.reason(error, attempts: attempts)
      await bury(item)
    } else {
      counters.retries.increment()
      retry(item)
    }
  }

  private func retry(_ item: StreamBuffer.Item) {
    let due = ContinuousClock.now + settings.backoff.delay(afterFailures: max(item.failures, 1))
    buffer.withLock { $0.retry(item, at: due) }
    changes.notify()
  }

  /// Moves an item to the dead letters; tries again later where that fails.
  private func bury(_ item: StreamBuffer.Item) async {
    guard let reason = item.givenUp else { return }
    do {
      try await shielded { [source, settings] in
        try await source.moveToDeadLetters(item.entry, topic: settings.topic, group: settings.group, reason: reason)
      }
      counters.deadLetters.increment()
      workers.logger.warning(
        "an event was given up",
        metadata: [
          "event": .string(item.entry.event.id), "code": .string(reason.code),
          "attempts": .stringConvertible(reason.attempts),
        ])
      finish([item])
    } catch {
      var item = item
      item.failures += 1
      retry(item)
    }
  }

  private static func reason(_ error: any Error, attempts: Int) -> DeadLetterReason {
    switch error {
    case let error as FunctionError:
      DeadLetterReason(code: error.code, message: error.message, attempts: attempts)
    case let error as InvocationError:
      DeadLetterReason(code: error.rawValue, message: error.detail, attempts: attempts)
    default:
      DeadLetterReason(code: "internalError", message: String(describing: error), attempts: attempts)
    }
  }

  /// Does what must be done even where the trigger's own task was cancelled.
  private func shielded(_ operation: @escaping @Sendable () async throws -> Void) async throws {
    try await Task { try await operation() }.value
  }
}
