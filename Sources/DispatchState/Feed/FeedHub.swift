import DispatchCore
import Synchronization

/// Hands published messages to those who listen in this process.
package final class FeedHub: EventFeed {
  private struct State {
    var next = 0
    var listeners: [FeedSubject: [Int: AsyncStream<SequencedMessage>.Continuation]] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())
  private let bufferedMessages: Int

  /// Creates a hub.
  /// - Parameter bufferedMessages: how many messages wait for a slow listener before the oldest is dropped.
  package init(bufferedMessages: Int = 256) {
    self.bufferedMessages = bufferedMessages
  }

  package func subscribe(to subject: FeedSubject) -> AsyncStream<SequencedMessage> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: SequencedMessage.self, bufferingPolicy: .bufferingNewest(bufferedMessages))
    let key: Int? = state.withLock { state in
      if state.isClosed { return nil }
      state.next += 1
      state.listeners[subject, default: [:]][state.next] = continuation
      return state.next
    }
    guard let key else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in self?.remove(key, from: subject) }
    return stream
  }

  /// How many listen.
  package var listenerCount: Int {
    state.withLock { $0.listeners.values.reduce(0) { $0 + $1.count } }
  }

  /// Hands a message to whom it concerns.
  package func deliver(_ message: SequencedMessage) {
    if let driver = message.message.driver { deliver(message, to: .driver(driver)) }
    if message.message.isForRide { deliver(message, to: .ride(message.message.ride)) }
  }

  /// Ends every stream.
  package func close() {
    let all = state.withLock { state in
      state.isClosed = true
      let all = state.listeners.values.flatMap(\.values)
      state.listeners = [:]
      return all
    }
    for continuation in all { continuation.finish() }
  }

  private func deliver(_ message: SequencedMessage, to subject: FeedSubject) {
    let listeners = state.withLock { $0.listeners[subject].map { Array($0.values) } ?? [] }
    for listener in listeners { listener.yield(message) }
  }

  private func remove(_ key: Int, from subject: FeedSubject) {
    state.withLock { state in
      state.listeners[subject]?[key] = nil
      if state.listeners[subject]?.isEmpty == true { state.listeners[subject] = nil }
    }
  }
}
