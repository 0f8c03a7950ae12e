import CoreMetrics
import FunctionKit
import Logging
import Synchronization

/// What is done with the events in hand: tried, halved, tried again, given up, acknowledged.
extension DeliveryLoop {
  private typealias Item = DeliveryBuffer.Item

  /// How often an acknowledgement is tried before the event is left to come again.
  private static let acknowledgeAttempts = 3

  /// Handles what was taken together.
  func handle(_ items: [DeliveryBuffer.Item]) async {
    var toTry: [Item] = []
    for var item in items {
      if item.givenUp == nil { item.givenUp = hopeless(item) }
      if item.givenUp != nil {
        await giveUp(item)
      } else if item.isHandled {
        await acknowledge([item])
      } else {
        toTry.append(item)
      }
    }
    switch policy.guarantee {
    case .atMostOnce: toTry = await acknowledgeFirst(toTry)
    case .effectivelyOnce: toTry = await begin(toTry)
    case .atLeastOnce: break
    }
    await attempt(toTry)
  }

  /// Why an item need not be tried.
  private func hopeless(_ item: Item) -> DeadLetterReason? {
    let delivery = item.delivery
    if let fault = delivery.fault { return Self.reason(fault, attempts: 0) }
    guard delivery.deliveryCount > policy.retry.maxAttempts else { return nil }
    // Whoever had it before died of it.
    let message = "\(delivery.deliveryCount - 1) consumers took the event and did not finish it"
    return DeadLetterReason(code: "neverFinished", message: message, attempts: delivery.deliveryCount - 1)
  }

  // MARK: Trying

  /// Tries items together; where they fail as a whole, in halves, until the one at fault stands alone.
  private func attempt(_ items: [Item]) async {
    guard let first = items.first else { return }
    let results = await invoke(items, attempt: attempts(of: first) + 1)
    if items.count > 1, Self.isWholeFailure(results), !signal.isStopped {
      counters.bisections.increment()
      let suspects = items.map { item in
        var item = item
        item.isSuspect = true
        return item
      }
      await attempt(Array(suspects[..<(items.count / 2)]))
      await attempt(Array(suspects[(items.count / 2)...]))
      return
    }
    var done: [Item] = []
    for (item, result) in zip(items, results) {
      switch result {
      case .success: done.append(item)
      case .failure(let failure as BatchFailure): await failed(item, failure.cause)
      case .failure(let error): await failed(item, error)
      }
    }
    await succeeded(done)
  }

  private func invoke(_ items: [Item], attempt: Int) async -> [Result<Response, any Error>] {
    let events = items.map { item in
      var event = item.delivery.event
      event.trigger = workers.trigger
      if let letter = item.delivery.letter { event.extensions["redrives"] = String(letter.redrives + 1) }
      return event
    }
    let caller = items.first?.delivery.caller ?? source.caller
    return await AwaitedInvocation.perform(
      events, .init(workers: workers, caller: caller, attempt: attempt, waitsForEnd: true))
  }

  /// Whether nobody can tell which event of a batch is at fault.
  private static func isWholeFailure(_ results: [Result<Response, any Error>]) -> Bool {
    var descriptions: Set<String> = []
    for result in results {
      guard case .failure(let error) = result else { return false }
      switch error {
      case is BatchFailure: descriptions.insert("batch")
      case InvocationError.deadlineExceeded: descriptions.insert("deadline")
      case is InvocationError, is CancellationError, is FunctionError: return false
      // What the function did not report on purpose, and the same for all.
      default: descriptions.insert(String(describing: error))
      }
      if descriptions.count > 1 { return false }
    }
    return true
  }

  /// How often an item was tried, here and elsewhere.
  private func attempts(of item: Item) -> Int {
    item.delivery.deliveryCount - 1 + item.failures + (item.delivery.letter?.reason.attempts ?? 0)
  }

  // MARK: Failing

  private func failed(_ item: Item, _ error: any Error) async {
    var item = item
    switch error {
    case InvocationError.shuttingDown,
      is CancellationError where signal.isStopped:
      // Stays pending in the source; whoever runs on takes it over.
      await release([item])
      guard policy.guarantee != .atMostOnce else { break }
      buffer.withLock { $0.retry(item, at: .now + .seconds(3_600)) }
      return
    case InvocationError.noWorkerFree, InvocationError.queueFull, InvocationError.tooManyInFlight,
      InvocationError.circuitOpen:
      // It was not tried.
      await release([item])
      guard policy.guarantee != .atMostOnce else { break }
      retry(item, after: policy.retry.wait(afterFailures: max(item.failures, 1)))
      return
    default: break
    }
    item.failures += 1
    item.firstFailure = item.firstFailure ?? AdjustableClock.systemNow()
    await release([item])
    let isFinal = (error as? FunctionError).map { !$0.isRetriable } ?? false
    let tried = item.delivery.deliveryCount - 1 + item.failures
    if isFinal || tried >= policy.retry.maxAttempts || item.delivery.letter != nil || policy.guarantee == .atMostOnce {
      item.givenUp = Self.reason(error, attempts: tried)
      await giveUp(item)
    } else {
      counters.retries.increment()
      retry(item, after: policy.retry.wait(afterFailures: item.failures))
    }
  }

  /// Keeps an item among the dead letters and is done with it; tries again later where that fails.
  private func giveUp(_ item: Item) async {
    guard let reason = item.givenUp else { return }
    let metadata: Logger.Metadata = [
      "event": .string(item.delivery.event.id), "code": .string(reason.code),
      "attempts": .stringConvertible(reason.attempts),
    ]
    do {
      if policy.hasDeadLetters || item.delivery.letter != nil {
        try await bury(item, reason)
        counters.deadLetters.increment()
        workers.logger.warning("an event was given up", metadata: metadata)
      } else {
        counters.dropped.increment()
        workers.logger.error("an event was given up and dropped", metadata: metadata)
      }
      if item.delivery.letter == nil, policy.guarantee != .atMostOnce || item.delivery.fault != nil {
        let source = source
        try await shielded { try await source.abandon(item.delivery.id) }
      }
      finish([item])
    } catch {
      workers.logger.debug(
        "an event cannot be given up yet", metadata: ["error": .string(String(describing: error))])
      var item = item
      item.failures += 1
      retry(item, after: policy.retry.wait(afterFailures: item.failures))
    }
  }

  private func bury(_ item: Item, _ reason: DeadLetterReason) async throws {
    let now = AdjustableClock.systemNow()
    let letter = DeadLetter(
      place: place, kind: workers.trigger.kind, event: item.delivery.event, reason: reason,
      firstFailure: item.firstFailure ?? now, lastFailure: now)
    let letters = stores.deadLetters
    try await shielded { try await letters.add(letter) }
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

  // MARK: Succeeding

  private func succeeded(_ items: [Item]) async {
    guard !items.isEmpty else { return }
    if policy.guarantee == .effectivelyOnce { await complete(items) }
    guard policy.guarantee != .atMostOnce else {
      await removeLetters(items)
      finish(items)
      return
    }
    await acknowledge(items)
  }

  /// Tells the source that items are done. What cannot be told stays in hand, so that it neither comes again here nor lets a later event
  /// of its key overtake it.
  private func acknowledge(_ items: [Item]) async {
    guard !items.isEmpty else { return }
    do {
      try await tell(items)
      counters.acknowledged.increment(by: items.count)
      finish(items)
    } catch {
      workers.logger.warning(
        "events were handled but not acknowledged; they may come again",
        metadata: ["count": .stringConvertible(items.count), "error": .string(String(describing: error))])
      guard !signal.isStopped else { return finish(items) }
      for var item in items {
        item.isHandled = true
        item.failures += 1
        guard item.failures <= Self.acknowledgeAttempts else {
          finish([item])
          continue
        }
        retry(item, after: policy.retry.wait(afterFailures: item.failures))
      }
    }
  }

  private func tell(_ items: [Item]) async throws {
    let letters = items.compactMap(\.delivery.letter?.id)
    let ids = items.filter { $0.delivery.letter == nil }.map(\.delivery.id)
    let (source, queue) = (source, stores.deadLetters)
    try await shielded {
      if !ids.isEmpty { try await source.acknowledge(ids) }
      if !letters.isEmpty { try await queue.remove(letters) }
    }
  }

  /// At most once: whoever cannot be told beforehand is not tried yet.
  private func acknowledgeFirst(_ items: [Item]) async -> [Item] {
    let news = items.filter { $0.delivery.letter == nil }
    guard !news.isEmpty else { return items }
    do {
      let source = source
      let ids = news.map(\.delivery.id)
      try await shielded { try await source.acknowledge(ids) }
      counters.acknowledged.increment(by: news.count)
      return items
    } catch {
      for item in news { retry(item, after: policy.retry.wait(afterFailures: 1)) }
      return items.filter { $0.delivery.letter != nil }
    }
  }

  /// Is done with an item that was handled before.
  func leaveOut(_ item: DeliveryBuffer.Item) async { await acknowledge([item]) }

  private func removeLetters(_ items: [Item]) async {
    let letters = items.compactMap(\.delivery.letter?.id)
    guard !letters.isEmpty else { return }
    let queue = stores.deadLetters
    do {
      try await shielded { try await queue.remove(letters) }
    } catch {
      workers.logger.warning("a dead letter was handled but is still there", metadata: ["error": "\(error)"])
    }
  }
}
