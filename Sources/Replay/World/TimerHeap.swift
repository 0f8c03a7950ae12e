/// Timers by moment, those of the same moment in the order in which they were set.
struct TimerHeap: Sendable {
  enum Subject: Equatable, Sendable {
    /// A rider asks.
    case request(Int)
    /// A rider's patience ends.
    case patience(Int)
    /// A driver answers an offer; void when the token has changed.
    case answer(driver: Int, token: UInt32)
    /// A driver's drive or pause ends; void when the token has changed.
    case motion(driver: Int, token: UInt32)
  }

  struct Timer: Equatable, Sendable {
    var milliseconds: Int64
    var order: UInt64
    var subject: Subject

    func isBefore(_ other: Timer) -> Bool {
      milliseconds != other.milliseconds ? milliseconds < other.milliseconds : order < other.order
    }
  }

  private var heap: [Timer] = []
  private var nextOrder: UInt64 = 0

  var earliest: Int64? { heap.first?.milliseconds }
  var isEmpty: Bool { heap.isEmpty }

  mutating func set(_ subject: Subject, at milliseconds: Int64) {
    heap.append(Timer(milliseconds: milliseconds, order: nextOrder, subject: subject))
    nextOrder += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes out the earliest timer that is due.
  mutating func popDue(_ now: Int64) -> Timer? {
    guard let first = heap.first, first.milliseconds <= now else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
