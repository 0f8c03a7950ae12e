import NIOCore
import Synchronization

/// A command whose answer has not come.
struct PendingReply {
  let waiter: RedisWaiter
  /// Which of the waiter's answers this is.
  let index: Int
  let byteCount: Int
  let deadline: NIODeadline
}

/// Commands that callers from any thread leave for a connection's event loop.
///
/// They are encoded into one buffer by the callers' own threads. The first to find the inbox empty wakes the loop, which
/// then takes all of them with one write: the busier the connection, the larger its writes.
final class ConnectionInbox: Sendable {
  /// What was collected since the loop came last.
  struct Batch {
    var bytes = ByteBuffer()
    var replies: [PendingReply] = []
    var earliestDeadline = NIODeadline.distantFuture
  }

  private struct State {
    var batch = Batch()
    var isLoopAwake = false
    /// Why new commands are refused at once, if they are.
    var refusal: RedisError?
    var pendingCount = 0
    var pendingByteCount = 0
  }

  private let state = Mutex(State())
  private let maxPendingCount: Int
  private let maxPendingByteCount: Int

  init(maxPendingCount: Int, maxPendingByteCount: Int) {
    self.maxPendingCount = maxPendingCount
    self.maxPendingByteCount = maxPendingByteCount
  }

  /// Leaves commands that are to be sent one right after the other.
  /// - Parameters:
  ///   - commands: at least one; none is sent when they do not all fit
  ///   - waiter: gets the answers, numbered from 0
  ///   - deadline: of all of them
  /// - Returns: whether the caller has to wake the loop
  func leave(_ commands: some Collection<RedisCommand>, waiter: RedisWaiter, deadline: NIODeadline)
    -> Result<Bool, RedisError>
  {
    let byteCount = commands.reduce(0) { $0 + $1.byteCount }
    return state.withLock { state in
      if let refusal = state.refusal { return .failure(refusal) }
      guard state.pendingCount + commands.count <= maxPendingCount,
        state.pendingByteCount + byteCount <= maxPendingByteCount
      else { return .failure(RedisError(.overloaded, "too many commands wait on this connection")) }
      state.pendingCount += commands.count
      state.pendingByteCount += byteCount
      for (index, command) in commands.enumerated() {
        command.write(to: &state.batch.bytes)
        state.batch.replies.append(
          PendingReply(waiter: waiter, index: index, byteCount: command.byteCount, deadline: deadline))
      }
      state.batch.earliestDeadline = min(state.batch.earliestDeadline, deadline)
      defer { state.isLoopAwake = true }
      return .success(!state.isLoopAwake)
    }
  }

  /// Takes what is there and leaves an empty batch, whose storage is used again.
  func take(leaving empty: Batch) -> Batch {
    state.withLock { state in
      state.isLoopAwake = false
      let batch = state.batch
      state.batch = empty
      return batch
    }
  }

  /// Forgets commands that are over.
  func release(count: Int, byteCount: Int) {
    state.withLock { state in
      state.pendingCount -= count
      state.pendingByteCount -= byteCount
    }
  }

  /// Refuses new commands with this error, or takes them again.
  func refuse(with error: RedisError?) { state.withLock { $0.refusal = error } }

  /// How many commands are not over.
  var pendingCount: Int { state.withLock { $0.pendingCount } }
}
