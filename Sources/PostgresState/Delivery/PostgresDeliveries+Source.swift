package import FunctionKit
internal import DispatchState
internal import PostgresClient

extension PostgresDeliveries: EventStreamSource {
  package func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws {
    let queue = try queue(topic, group)
    guard content == .outbox else { return }
    try await perform {
      guard try await pool.query(Self.findGroup, [.text(group)]).isEmpty else { return }
      try await pool.transaction { transaction in
        // Whoever adds messages now has ended before the group is there, or sees it.
        try await transaction.query("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE")
        let added = try await transaction.query(Self.addGroup, [.text(group)])
        guard !added.isEmpty, start == .earliest else { return }
        try await transaction.query(Self.addAll, [.text(queue)])
      }
    }
  }

  package func read(
    topic: String, group: String, consumer: String, count: Int, block: Duration
  ) async throws -> [StreamEntry] {
    let queue = try queue(topic, group)
    let generation = bell.generation
    let entries = try await take(queue, consumer, count)
    guard entries.isEmpty, block > .zero else { return entries }
    await bell.wait(after: generation, atMost: block)
    try Task.checkCancellation()
    return try await take(queue, consumer, count)
  }

  private func take(_ queue: String, _ consumer: String, _ count: Int) async throws -> [StreamEntry] {
    // Shielded: what was taken and not heard of would wait until somebody claims it.
    try await Task {
      try await self.perform {
        try self.entries(
          await self.pool.query(Self.takeNew, [.text(queue), .text(consumer), .int(Int64(max(min(count, 1_000), 0)))]))
      }
    }.value
  }

  package func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws {
    let queue = try queue(topic, group)
    let sequences = entryIDs.compactMap { Int64($0) }
    guard !sequences.isEmpty else { return }
    try await perform { _ = try await pool.query(Self.remove, [.text(queue), .ints(sequences)]) }
    // The next of the same keys may be taken now, here at once and elsewhere with the next look.
    bell.ring()
  }

  package func claimIdle(
    topic: String, group: String, consumer: String, minIdle: Duration, count: Int
  ) async throws -> [StreamEntry] {
    let queue = try queue(topic, group)
    guard count > 0 else { return [] }
    let seconds = Double(minIdle.components.seconds) + Double(minIdle.components.attoseconds) / 1e18
    return try await perform {
      try entries(
        await pool.query(
          Self.takeIdle, [.text(queue), .text(consumer), .int(Int64(min(count, 1_000))), .double(max(seconds, 0))]))
    }
  }

  package func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws {
    let queue = try queue(topic, group)
    let sequences = entryIDs.compactMap { Int64($0) }
    guard !sequences.isEmpty else { return }
    try await perform {
      _ = try await pool.query(Self.keep, [.text(queue), .text(consumer), .ints(sequences)])
    }
  }

  package func release(consumer: String, topic: String, group: String) async throws {
    let queue = try queue(topic, group)
    try await perform { _ = try await pool.query(Self.release, [.text(queue), .text(consumer)]) }
  }

  private static let release: PostgresStatement =
    "UPDATE deliveries SET taken_at = to_timestamp(0) WHERE queue = $1 AND consumer = $2 AND deliveries > 0"

  private static let findGroup: PostgresStatement = "SELECT name FROM delivery_groups WHERE name = $1"

  private static let addGroup: PostgresStatement =
    "INSERT INTO delivery_groups (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING name"

  private static let addAll: PostgresStatement =
    "INSERT INTO deliveries (queue, sequence, lane) SELECT $1, sequence, ride_id FROM outbox"

  /// The first of each lane that nobody has: a later one waits until the one before is gone, whoever has that.
  private static let takeNew = PostgresStatement(
    """
    WITH heads AS MATERIALIZED (
      SELECT sequence FROM deliveries AS candidate
      WHERE queue = $1 AND deliveries = 0
        AND (lane = '' OR NOT EXISTS (
          SELECT FROM deliveries AS earlier
          WHERE earlier.queue = $1 AND earlier.lane = candidate.lane AND earlier.lane <> ''
            AND earlier.sequence < candidate.sequence))
      ORDER BY sequence LIMIT $3 FOR UPDATE SKIP LOCKED),
    \(taken)
    """)

  private static let takeIdle = PostgresStatement(
    """
    WITH heads AS MATERIALIZED (
      SELECT sequence FROM deliveries
      WHERE queue = $1 AND deliveries > 0 AND taken_at <= clock_timestamp() - make_interval(secs => $4)
      ORDER BY sequence LIMIT $3 FOR UPDATE SKIP LOCKED),
    \(taken)
    """)

  private static let taken = """
    taken AS (
      UPDATE deliveries SET deliveries = deliveries + 1, consumer = $2, taken_at = clock_timestamp()
      FROM heads WHERE queue = $1 AND deliveries.sequence = heads.sequence
      RETURNING deliveries.sequence, deliveries.deliveries, deliveries.event)
    SELECT taken.sequence AS delivery, taken.deliveries, taken.event, outbox.*
    FROM taken LEFT JOIN (SELECT \(SequencedMessage.columns) FROM outbox) AS outbox
      ON taken.event IS NULL AND outbox.sequence = taken.sequence
    WHERE taken.event IS NOT NULL OR outbox.sequence IS NOT NULL
    ORDER BY taken.sequence
    """

  private static let remove: PostgresStatement =
    "DELETE FROM deliveries WHERE queue = $1 AND sequence = ANY ($2::bigint[])"

  private static let keep = PostgresStatement(
    """
    UPDATE deliveries SET taken_at = clock_timestamp()
    WHERE queue = $1 AND consumer = $2 AND sequence = ANY ($3::bigint[])
    """)
}

extension PostgresDeliveries: EventPublisher {
  package func publish(_ events: [Event], to topic: String) async throws {
    guard content == .invocations else {
      throw FunctionError(.badInput, code: "badTopic", "messages reach the outbox with the change that they tell of")
    }
    guard !events.isEmpty else { return }
    let queue = try queue(topic, "")
    // One transaction: all of a batch are kept or none.
    let calls = events.map { event in
      PostgresCall(Self.add, [.text(queue), .text(Self.lane(event)), .bytes(StoredEvent.encode(event))])
    }
    try await perform { _ = try await pool.pipelinedTransaction(calls) }
    bell.ring()
    // Other instances look by themselves before long, so a failure needs no answer.
    try? await pool.notify(channel: content.channel)
  }

  /// What an event is in order with: nothing, or others of its key. Index entries must not grow without bound.
  private static func lane(_ event: Event) -> String {
    let key = (event.extensions["partitionkey"] ?? event.subject ?? "").filter { $0 != "\0" }
    guard key.utf8.count > 200 else { return key }
    let hash = key.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return "\(hash)"
  }

  private static let add: PostgresStatement =
    "INSERT INTO deliveries (queue, sequence, lane, event) VALUES ($1, nextval('deliveries_sequence'), $2, $3)"
}
