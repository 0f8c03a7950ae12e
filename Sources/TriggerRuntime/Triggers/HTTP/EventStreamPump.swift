import FunctionKit
import Synchronization

/// Moves server-sent events from a function's sequence to a connection.
///
/// A task takes events from the sequence and writes them into a buffer; the event loop empties the buffer. While the loop has
/// not come, further events join the same write; while the client does not read, the task waits.
final class EventStreamPump: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    var isScheduled = false
    var isClosed = false
    var isComplete = false
    var waiter: CheckedContinuation<Void, Never>?
    var task: Task<Void, Never>?
  }

  /// What the event loop takes at once.
  struct Batch {
    var bytes: [UInt8]
    /// Whether nothing follows.
    var isLast: Bool
  }

  /// How many bytes are written ahead of the event loop.
  private static let highWaterBytes = 64 << 10

  private let state = Mutex(State())
  /// Asks the event loop to call `take`.
  private let schedule: @Sendable () -> Void

  init(schedule: @escaping @Sendable () -> Void) {
    self.schedule = schedule
  }

  /// Begins to take events.
  /// - Parameters:
  ///   - events: the function's sequence.
  ///   - onFailure: called where the sequence throws anything but its cancellation.
  func start(
    _ events: any AsyncSequence<ServerSentEvent, any Error> & Sendable,
    onFailure: @escaping @Sendable (any Error) -> Void
  ) {
    let task = Task.detached {
      do {
        try await self.pump(events)
      } catch is CancellationError {
      } catch {
        onFailure(error)
      }
      self.complete()
    }
    let isClosed = state.withLock { state in
      state.task = task
      return state.isClosed
    }
    if isClosed { task.cancel() }
  }

  private func pump(_ events: some AsyncSequence<ServerSentEvent, any Error>) async throws {
    for try await event in events {
      guard push(event) else { return }
      await waitForRoom()
    }
  }

  /// - Returns: false where nobody listens any more.
  private func push(_ event: ServerSentEvent) -> Bool {
    let (isOpen, mustSchedule) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      ServerSentEventWriter.append(event, to: &state.buffer)
      defer { state.isScheduled = true }
      return (true, !state.isScheduled)
    }
    if mustSchedule { schedule() }
    return isOpen
  }

  private func waitForRoom() async {
    let isFull = state.withLock { !$0.isClosed && $0.buffer.count >= Self.highWaterBytes }
    guard isFull else { return }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let waits = state.withLock { state in
        guard !state.isClosed, state.buffer.count >= Self.highWaterBytes else { return false }
        state.waiter = continuation
        return true
      }
      if !waits { continuation.resume() }
    }
  }

  private func complete() {
    let mustSchedule = state.withLock { state in
      state.isComplete = true
      state.task = nil
      guard !state.isClosed, !state.isScheduled else { return false }
      state.isScheduled = true
      return true
    }
    if mustSchedule { schedule() }
  }

  /// Takes what is ready; called on the event loop while the client reads.
  func take() -> Batch {
    let (batch, waiter) = state.withLock { state in
      let batch = Batch(bytes: state.buffer, isLast: state.isComplete)
      state.buffer = []
      state.isScheduled = false
      defer { state.waiter = nil }
      return (batch, state.waiter)
    }
    waiter?.resume()
    return batch
  }

  /// Ends the stream: cancels the task that takes events.
  func close() {
    let (task, waiter) = state.withLock { state in
      state.isClosed = true
      defer {
        state.waiter = nil
        state.task = nil
      }
      return (state.task, state.waiter)
    }
    task?.cancel()
    waiter?.resume()
  }
}
