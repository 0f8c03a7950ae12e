import Synchronization

/// Counters side by side that any thread adds to without a lock.
///
/// `@unchecked`: the memory belongs to this object alone, and every access is atomic.
final class MetricBuckets: @unchecked Sendable {
  let cells: UnsafeMutablePointer<Atomic<UInt64>>
  private let count: Int

  init(count: Int) {
    self.count = count
    cells = .allocate(capacity: count)
    for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
  }

  deinit {
    cells.deinitialize(count: count)
    cells.deallocate()
  }

  /// Adds one to a counter.
  func increment(_ index: Int) {
    precondition(index < count, "no such bucket")
    cells[index].wrappingAdd(1, ordering: .relaxed)
  }

  /// What the counters show.
  var counts: [UInt64] { (0..<count).map { cells[$0].load(ordering: .relaxed) } }

  func reset() {
    for index in 0..<count { cells[index].store(0, ordering: .relaxed) }
  }
}
