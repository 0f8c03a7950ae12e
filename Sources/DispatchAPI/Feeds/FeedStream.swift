import DispatchCore
package import DispatchState
package import FunctionKit

/// A feed as server-sent events: what was missed, a snapshot, then what happens.
package struct FeedStream: AsyncSequence, Sendable {
  package typealias Element = ServerSentEvent
  package typealias Failure = any Error

  private let beginning: [ServerSentEvent]
  private let afterSequence: Int64
  private let live: AsyncStream<SequencedMessage>
  private let isLast: @Sendable (SequencedMessage) -> Bool
  private let endsAtOnce: Bool

  /// Creates a feed.
  /// - Parameters:
  ///   - beginning: what comes first.
  ///   - afterSequence: messages up to this one are in the beginning already.
  ///   - live: what happens, from a moment before the beginning was read.
  ///   - endsAtOnce: whether nothing follows the beginning.
  ///   - isLast: whether the feed ends after a message.
  package init(
    beginning: [ServerSentEvent], afterSequence: Int64, live: AsyncStream<SequencedMessage>, endsAtOnce: Bool = false,
    isLast: @escaping @Sendable (SequencedMessage) -> Bool = { _ in false }
  ) {
    self.beginning = beginning
    self.afterSequence = afterSequence
    self.live = live
    self.endsAtOnce = endsAtOnce
    self.isLast = isLast
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(feed: self)
  }

  package struct Iterator: AsyncIteratorProtocol {
    private let feed: FeedStream
    private var index = 0
    private var live: AsyncStream<SequencedMessage>.Iterator
    private var isOver = false

    init(feed: FeedStream) {
      self.feed = feed
      live = feed.live.makeAsyncIterator()
    }

    package mutating func next() async throws -> ServerSentEvent? {
      if index < feed.beginning.count {
        defer { index += 1 }
        return feed.beginning[index]
      }
      if isOver || feed.endsAtOnce { return nil }
      while let message = await live.next() {
        if message.sequence <= feed.afterSequence { continue }
        isOver = feed.isLast(message)
        return Self.event(message)
      }
      return nil
    }

    private static func event(_ message: SequencedMessage) -> ServerSentEvent {
      FeedStream.event(message)
    }
  }

  /// A message as it appears in a feed.
  package static func event(_ message: SequencedMessage) -> ServerSentEvent {
    ServerSentEvent(id: String(message.sequence), event: message.message.feedEvent, data: message.message.body)
  }

  /// The message after which a client wants to go on; nil where it begins anew.
  package static func lastEventID(_ event: Event) throws(FunctionError) -> Int64? {
    guard let text = event.request?.header("last-event-id"), !text.isEmpty else { return nil }
    guard let sequence = Int64(text), sequence >= 0 else {
      throw FunctionError(
        .badInput, code: "badLastEventID", "Expected Last-Event-ID to be an id of this feed.", field: "Last-Event-ID")
    }
    return sequence
  }
}
