package import DispatchCore

/// Messages that were committed with the changes they tell of, until they are published; kept for those who resume.
package protocol Outbox: Sendable {
  /// Messages that were not published, in the order of their commits' sequence.
  func unpublished(limit: Int) async throws -> [SequencedMessage]

  /// Says that messages were published.
  func markPublished(_ sequences: [Int64]) async throws

  /// What a feed has said since a message.
  /// - Parameters:
  ///   - subject: whose feed.
  ///   - sequence: the last message known.
  ///   - limit: at most so many.
  func messages(for subject: FeedSubject, after sequence: Int64, limit: Int) async throws -> [SequencedMessage]

  /// The highest sequence of a feed; 0 where it has said nothing.
  ///
  /// Whoever takes this, then a snapshot, then what comes after it, misses nothing: a feed's sequences are in the order of their
  /// commits.
  func latestSequence(for subject: FeedSubject) async throws -> Int64

  /// The highest sequence in use; 0 where there is none. Lower ones of other feeds may still be on their way to their commits, so
  /// this is no place for a feed to resume from.
  func latestSequence() async throws -> Int64

  /// Wakes whoever publishes: an element whenever there may be something new, at least now and then.
  func wakeups() async throws -> AsyncStream<Void>
}

/// A message on its way out.
package struct OutboxMessage: Sendable, Hashable {
  /// The event's type, for example `cabstand.ride.accepted.v1`.
  package var type: String
  /// The name of the event in feeds, for example `ride`; empty where feeds do not show it.
  package var feedEvent: String
  package var region: RegionID
  /// The ride that it is about; a message about something else, for its driver alone, has that thing's id here.
  package var ride: RideID
  /// The driver whose feed shows it.
  package var driver: DriverID?
  /// Whether the ride's feed shows it.
  package var isForRide: Bool
  /// When it happened.
  package var time: Timestamp
  /// The data, as JSON.
  package var body: [UInt8]
  /// The `traceparent` of the invocation that told it; nil where that was not traced.
  package var trace: String?

  package init(
    type: String, feedEvent: String, region: RegionID, ride: RideID, driver: DriverID?, isForRide: Bool,
    time: Timestamp, body: [UInt8], trace: String? = nil
  ) {
    self.type = type
    self.feedEvent = feedEvent
    self.region = region
    self.ride = ride
    self.driver = driver
    self.isForRide = isForRide
    self.time = time
    self.body = body
    self.trace = trace
  }
}

/// A message with its place in the outbox, which is also its id in feeds.
package struct SequencedMessage: Sendable, Hashable {
  package var sequence: Int64
  package var message: OutboxMessage

  package init(sequence: Int64, message: OutboxMessage) {
    self.sequence = sequence
    self.message = message
  }
}

/// Whose feed a message belongs to.
package enum FeedSubject: Sendable, Hashable {
  case driver(DriverID)
  case ride(RideID)

  /// Whether the feed shows a message.
  package func concerns(_ message: OutboxMessage) -> Bool {
    switch self {
    case .driver(let driver): message.driver == driver
    case .ride(let ride): message.isForRide && message.ride == ride
    }
  }
}
