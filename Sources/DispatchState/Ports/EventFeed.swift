/// Published messages as they come, for those who listen now.
package protocol EventFeed: Sendable {
  /// Listens to what concerns a driver or a ride, from now on.
  ///
  /// A listener who does not keep up loses the oldest messages; the gap shows in their sequences, and the outbox has them.
  /// - Parameter subject: whose feed.
  /// - Returns: the messages; ends when the process shuts down.
  func subscribe(to subject: FeedSubject) -> AsyncStream<SequencedMessage>
}
