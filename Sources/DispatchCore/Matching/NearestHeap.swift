/// Keeps the k smallest of many distances: a bounded binary heap with the largest on top.
struct NearestHeap {
  private var items: [(distance: Double, index: Int)] = []
  private let capacity: Int

  /// Creates a heap.
  /// - Parameter capacity: how many are kept; at least 1.
  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    items.reserveCapacity(self.capacity)
  }

  /// Whether a distance would be kept.
  func wants(_ distance: Double) -> Bool {
    items.count < capacity || distance < items[0].distance
  }

  /// Keeps an item if it is among the smallest so far; of equal distances the lower index stays.
  mutating func insert(_ distance: Double, _ index: Int) {
    if items.count < capacity {
      items.append((distance, index))
      var child = items.count - 1
      while child > 0, Self.isLess(items[(child - 1) / 2], items[child]) {
        items.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else if Self.isLess((distance, index), items[0]) {
      items[0] = (distance, index)
      sink()
    }
  }

  /// What was kept, smallest first.
  func sorted() -> [(distance: Double, index: Int)] {
    items.sorted(by: Self.isLess)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var largest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < items.count && Self.isLess(items[largest], items[child]) {
        largest = child
      }
      if largest == parent { return }
      items.swapAt(parent, largest)
      parent = largest
    }
  }

  private static func isLess(_ left: (distance: Double, index: Int), _ right: (distance: Double, index: Int)) -> Bool {
    (left.distance, left.index) < (right.distance, right.index)
  }
}
