import Synchronization

/// A bounded queue that goes out in batches: what does not fit, or cannot be sent, is dropped and counted.
final class BatchQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var task: Task<Void, Never>?
    var dropped = 0
  }

  private let state = Mutex(State())
  private let capacity: Int
  private let batchSize: Int
  private let linger: Duration
  private let send: @Sendable ([Element]) async -> Bool

  /// Creates a queue.
  /// - Parameters:
  ///   - capacity: how many elements wait at most.
  ///   - batchSize: how many go out at once.
  ///   - linger: how long the first of a batch waits for others.
  ///   - send: sends a batch within a time of its own and says whether it was taken.
  init(capacity: Int, batchSize: Int, linger: Duration, send: @escaping @Sendable ([Element]) async -> Bool) {
    self.capacity = capacity
    self.batchSize = batchSize
    self.linger = linger
    self.send = send
  }

  /// How many elements were dropped.
  var droppedCount: Int { state.withLock { $0.dropped } }

  /// Takes an element; returns at once.
  /// - Returns: false where it was dropped.
  @discardableResult
  func add(_ element: Element) -> Bool {
    state.withLock { state in
      guard state.elements.count < capacity else {
        state.dropped += 1
        return false
      }
      state.elements.append(element)
      // The task ends when nothing is left, so that a silent process does not wake up.
      if state.task == nil { state.task = Task.detached { await self.work() } }
      return true
    }
  }

  /// Waits until everything has gone out or was dropped.
  func flush() async {
    while let task = state.withLock({ $0.task }) { await task.value }
  }

  private func work() async {
    try? await Task.sleep(for: linger)
    while let batch = take() {
      if await !send(batch) { state.withLock { $0.dropped += batch.count } }
    }
  }

  private func take() -> [Element]? {
    state.withLock { state in
      guard !state.elements.isEmpty else {
        state.task = nil
        return nil
      }
      let batch = Array(state.elements.prefix(batchSize))
      state.elements.removeFirst(batch.count)
      return batch
    }
  }
}
