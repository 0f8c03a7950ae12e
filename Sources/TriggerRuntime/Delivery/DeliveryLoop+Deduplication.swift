import CoreMetrics
import FunctionKit
import Logging

/// Delivery that takes effect once: what was handled before is left out, what another is at waits.
extension DeliveryLoop {
  /// How long an event stays in progress unless it is completed: longer than an invocation may take.
  private var lease: Duration { workers.function.specification.eventTimeout + .seconds(10) }

  /// Each delivery is an owner of its own, so that two copies of an event in one process tell each other apart.
  private func owner(_ item: DeliveryBuffer.Item) -> String { "\(consumer)/\(item.delivery.id)" }

  private func key(_ item: DeliveryBuffer.Item) -> DeduplicationKey {
    let event = item.delivery.event
    return DeduplicationKey(
      scope: name, source: event.source, id: event.id, payload: EventDigest.payload(of: event))
  }

  /// Begins items.
  /// - Returns: those to be tried; duplicates are acknowledged, what says something else under the name of one that was handled is given
  ///   up, and what cannot be told waits.
  func begin(_ items: [DeliveryBuffer.Item]) async -> [DeliveryBuffer.Item] {
    guard let store = stores.deduplication else { return items }
    var toTry: [DeliveryBuffer.Item] = []
    for item in items {
      let (key, owner, lease) = (key(item), owner(item), lease)
      do {
        switch try await shielded({ try await store.begin([key], owner: owner, lease: lease) }).first {
        case .begun?: toTry.append(item)
        case .completed?:
          counters.duplicates.increment()
          await leaveOut(item)
        case .conflict?: await giveUp(conflicting(item))
        case .inProgress?, nil: retry(item, after: Self.inProgressWait)
        }
      } catch {
        workers.logger.debug("duplicates cannot be told", metadata: ["error": .string(String(describing: error))])
        retry(item, after: policy.retry.wait(afterFailures: 1))
      }
    }
    return toTry
  }

  /// An item whose source and id are those of another event that was handled: dropped without a word it would be lost.
  private func conflicting(_ item: DeliveryBuffer.Item) -> DeliveryBuffer.Item {
    counters.conflicts.increment()
    var item = item
    item.givenUp = DeadLetterReason(
      code: "payloadConflict", message: "an event of the same source and id that says something else was handled",
      attempts: 0)
    return item
  }

  /// How long to wait for another who is at the same event.
  private static let inProgressWait = Duration.milliseconds(250)

  /// Says that items were handled. Where that fails, an event that comes again is handled again, once its lease has ended.
  func complete(_ items: [DeliveryBuffer.Item]) async {
    guard let store = stores.deduplication else { return }
    for item in items {
      let (key, owner, duration) = (key(item), owner(item), policy.deduplication)
      do {
        try await shielded { try await store.complete([key], owner: owner, for: duration) }
      } catch {
        workers.logger.warning(
          "an event was handled but not remembered", metadata: ["error": .string(String(describing: error))])
      }
    }
  }

  /// Gives items back that failed, so that anybody may try.
  func release(_ items: [DeliveryBuffer.Item]) async {
    guard policy.guarantee == .effectivelyOnce, let store = stores.deduplication else { return }
    for item in items {
      let (key, owner) = (key(item), owner(item))
      try? await shielded { try await store.release([key], owner: owner) }
    }
  }
}
