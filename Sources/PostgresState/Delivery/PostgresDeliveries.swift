package import FunctionKit
internal import DispatchCore
package import DispatchState
package import PostgresClient

/// Queues in the record: messages of the outbox for the groups that read them, and invocations that nobody waits for.
///
/// Gives the answers of `MemoryEventStream`, with two differences: deliveries of one key are handed out one after the other across all
/// consumers, and what was acknowledged is gone.
package final class PostgresDeliveries: Sendable {
  /// What a queue holds.
  package enum Content: Sendable {
    /// Messages of the outbox; the one topic is `outbox`.
    case outbox
    /// Events that were published here; a topic each.
    case invocations

    var channel: String {
      switch self {
      case .outbox: OutboxAlarm.channel
      case .invocations: "cabstand_invocations"
      }
    }
  }

  let pool: PostgresPool
  let content: Content
  let bell: DeliveryBell
  private let event: @Sendable (SequencedMessage) -> Event

  /// Creates the queues.
  /// - Parameters:
  ///   - pool: the connections; the caller runs it and shuts it down.
  ///   - content: what the queues hold.
  ///   - event: makes an event of a message of the outbox.
  package init(pool: PostgresPool, content: Content, event: @escaping @Sendable (SequencedMessage) -> Event) {
    self.pool = pool
    self.content = content
    self.event = event
    bell = DeliveryBell(pool: pool, channel: content.channel)
  }

  /// Runs something on the database and speaks of its failures in FunctionKit's words.
  func perform<T>(_ body: () async throws -> T) async throws -> T {
    do {
      return try await body()
    } catch let error as PostgresError {
      if error.code == .cancelled { throw CancellationError() }
      throw FunctionError(.transient, code: "storeUnavailable", error.description)
    }
  }

  func queue(_ topic: String, _ group: String) throws(FunctionError) -> String {
    guard content != .outbox || topic == "outbox" else {
      throw FunctionError(.badInput, code: "badTopic", "the only table with events is the outbox")
    }
    return content == .outbox ? "outbox/\(group)" : "invoke/\(topic)"
  }

  func entries(_ rows: PostgresRows) throws -> [StreamEntry] {
    try rows.map { row in
      var columns = ColumnReader(row)
      let sequence = try columns.int64()
      let deliveries = try columns.int()
      let stored = try row.optionalBytes(2)
      let event =
        if let stored { try StoredEvent.decode(stored) } else { event(try SequencedMessage(row: row, from: 3)) }
      return StreamEntry(id: String(sequence), event: event, deliveryCount: deliveries)
    }
  }
}
