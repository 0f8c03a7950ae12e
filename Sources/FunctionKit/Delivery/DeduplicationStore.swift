/// Remembers which events a trigger has handled, for delivery that takes effect once.
///
/// An event is unknown, in progress (somebody has begun it), or completed. What is in progress is free again when its lease ends,
/// what is completed is forgotten after a while. Of a completed event it is known what it said, so that another one under the same source
/// and id is noticed.
public protocol DeduplicationStore: Sendable {
  /// Begins events that nobody has begun or completed.
  /// - Parameters:
  ///   - keys: the events.
  ///   - owner: who begins them; the same owner may begin an event again.
  ///   - lease: how long they stay in progress unless completed, in real time.
  /// - Returns: what was found of each, in their order.
  /// - Throws: where the store cannot be reached; then nobody may rely on having begun anything.
  func begin(_ keys: [DeduplicationKey], owner: String, lease: Duration) async throws -> [DeduplicationState]

  /// Says that events were handled.
  /// - Parameters:
  ///   - keys: the events.
  ///   - owner: who handled them.
  ///   - duration: how long they are remembered, in real time.
  /// - Throws: where the store cannot be reached.
  func complete(_ keys: [DeduplicationKey], owner: String, for duration: Duration) async throws

  /// Gives events back that were begun and not completed, so that anybody may try.
  /// - Parameters:
  ///   - keys: the events.
  ///   - owner: who began them; what others have begun since is left alone.
  /// - Throws: where the store cannot be reached; then they are free when their lease ends.
  func release(_ keys: [DeduplicationKey], owner: String) async throws
}

/// An event as one trigger sees it.
public struct DeduplicationKey: Sendable, Hashable {
  /// Function and trigger: each trigger handles an event by itself.
  public var scope: String
  /// The event's source.
  public var source: String
  /// The event's id.
  public var id: String
  /// A number that follows from what the event says; nil where nobody knows. It tells no keys apart.
  public var payload: UInt64?

  /// Creates a key.
  /// - Parameters:
  ///   - scope: function and trigger.
  ///   - source: the event's source.
  ///   - id: the event's id.
  ///   - payload: a number that follows from what the event says; nil where nobody knows.
  public init(scope: String, source: String, id: String, payload: UInt64? = nil) {
    self.scope = scope
    self.source = source
    self.id = id
    self.payload = payload
  }

  /// Whether both mean the same event of the same trigger, whatever it says.
  public static func == (one: DeduplicationKey, other: DeduplicationKey) -> Bool {
    one.scope == other.scope && one.source == other.source && one.id == other.id
  }

  /// Feeds what tells keys apart to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(scope)
    hasher.combine(source)
    hasher.combine(id)
  }
}

/// What was found of an event that somebody wanted to begin.
public enum DeduplicationState: String, Sendable, CaseIterable {
  /// It was free and is now the caller's.
  case begun
  /// Another has begun it and may still be at it.
  case inProgress
  /// It was handled.
  case completed
  /// Another event of that source and id was handled, which said something else.
  case conflict
}
