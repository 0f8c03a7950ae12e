import FunctionKit
import NIOCore

/// The deliveries that a trigger has in hand: one at a time per key, in the source's order.
struct DeliveryBuffer {
  /// A delivery and what was tried with it.
  struct Item: Sendable {
    var delivery: Delivery
    var key: String
    /// How often it failed in this process.
    var failures = 0
    /// When it failed first in this process, in real time.
    var firstFailure: EventTime?
    /// Whether it was handled already and only has to be acknowledged.
    var isHandled = false
    /// Whether it made a batch fail as a whole, so that it is tried alone from now on.
    var isSuspect = false
    /// Why it is given up; nil while it is still tried.
    var givenUp: DeadLetterReason?
  }

  private struct Lane {
    var items = CircularBuffer<Item>()
    var isBusy = false
  }

  private var lanes: [String: Lane] = [:]
  /// Keys whose first item can be taken.
  private var ready = CircularBuffer<String>()
  /// Keys whose first item waits to be tried again.
  private var delayed: [(due: ContinuousClock.Instant, key: String)] = []
  private(set) var ids: Set<String> = []

  /// How many deliveries there are, those at work included.
  var count: Int { ids.count }
  /// How many keys can be taken now.
  var readyCount: Int { ready.count }
  /// When the next item that waits may be tried again.
  var nextDue: ContinuousClock.Instant? { delayed.first?.due }

  /// Adds a delivery behind the others of its key; one that is here already is ignored.
  mutating func add(_ delivery: Delivery, key: String) {
    guard ids.insert(delivery.id).inserted else { return }
    var lane = lanes.removeValue(forKey: key) ?? Lane()
    lane.items.append(Item(delivery: delivery, key: key))
    if lane.items.count == 1, !lane.isBusy { ready.append(key) }
    lanes[key] = lane
  }

  /// Takes the first items of up to so many keys; their keys are busy until they are finished, retried or left. A suspect is taken
  /// alone.
  /// - Parameters:
  ///   - limit: how many at most.
  ///   - isEmptyHanded: whether the caller has no others that these would join.
  ///   - now: the present moment.
  mutating func take(_ limit: Int, isEmptyHanded: Bool = true, now: ContinuousClock.Instant) -> [Item] {
    while let first = delayed.first, first.due <= now {
      delayed.removeFirst()
      ready.append(first.key)
    }
    var items: [Item] = []
    var suspects: [String] = []
    while items.count < limit, let key = ready.popFirst() {
      guard var lane = lanes.removeValue(forKey: key) else { continue }
      defer { lanes[key] = lane }
      guard let item = lane.items.first else { continue }
      guard !item.isSuspect || isEmptyHanded && items.isEmpty else {
        suspects.append(key)
        continue
      }
      items.append(item)
      lane.isBusy = true
      if item.isSuspect { break }
    }
    for key in suspects.reversed() { ready.prepend(key) }
    return items
  }

  /// An item is done: the next one of its key may be taken.
  mutating func finish(_ item: Item) {
    ids.remove(item.delivery.id)
    guard var lane = lanes.removeValue(forKey: item.key) else { return }
    _ = lane.items.popFirst()
    lane.isBusy = false
    guard !lane.items.isEmpty else { return }
    lanes[item.key] = lane
    ready.append(item.key)
  }

  /// An item failed: it is tried again, before the others of its key.
  mutating func retry(_ item: Item, at due: ContinuousClock.Instant) {
    guard var lane = lanes.removeValue(forKey: item.key) else { return }
    _ = lane.items.popFirst()
    lane.items.prepend(item)
    lane.isBusy = false
    lanes[item.key] = lane
    let index = delayed.firstIndex { $0.due > due } ?? delayed.endIndex
    delayed.insert((due, item.key), at: index)
  }
}
