import Synchronization

/// Sends records in batches to somewhere else; what cannot be sent, or does not fit, is lost and counted.
final class BatchLogSink: LogSink {
  private struct State {
    var records: [LogRecord] = []
    var task: Task<Void, Never>?
    var lost = 0
  }

  private let state = Mutex(State())
  private let capacity: Int
  private let batchSize: Int
  private let linger: Duration
  private let send: @Sendable ([LogRecord]) async throws -> Void

  /// Creates a sink.
  /// - Parameters:
  ///   - capacity: how many records wait at most.
  ///   - batchSize: how many go out at once.
  ///   - linger: how long the first of a batch waits for others.
  ///   - send: sends a batch within a time of its own.
  init(
    capacity: Int = 10_000, batchSize: Int = 500, linger: Duration = .milliseconds(200),
    send: @escaping @Sendable ([LogRecord]) async throws -> Void
  ) {
    self.capacity = capacity
    self.batchSize = batchSize
    self.linger = linger
    self.send = send
  }

  var lostCount: Int { state.withLock { $0.lost } }

  func write(_ record: LogRecord) {
    state.withLock { state in
      guard state.records.count < capacity else {
        state.lost += 1
        return
      }
      state.records.append(record)
      // The task ends when nothing is left, so that a silent sink costs nothing.
      if state.task == nil { state.task = Task.detached { await self.work() } }
    }
  }

  func flush() async {
    while let task = state.withLock({ $0.task }) { await task.value }
  }

  private func work() async {
    try? await Task.sleep(for: linger)
    while let batch = take() {
      do {
        try await send(batch)
      } catch {
        state.withLock { $0.lost += batch.count }
      }
    }
  }

  private func take() -> [LogRecord]? {
    state.withLock { state in
      guard !state.records.isEmpty else {
        state.task = nil
        return nil
      }
      let batch = Array(state.records.prefix(batchSize))
      state.records.removeFirst(batch.count)
      return batch
    }
  }
}
