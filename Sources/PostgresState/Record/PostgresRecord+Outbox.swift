internal import DispatchCore
package import DispatchState
internal import PostgresClient

extension PostgresRecord: Outbox {
  package func unpublished(limit: Int) async throws -> [SequencedMessage] {
    try await select(Self.unpublished(limit: max(0, limit)), [], SequencedMessage.init)
  }

  package func markPublished(_ sequences: [Int64]) async throws {
    if sequences.isEmpty { return }
    try await perform { _ = try await pool.query(Self.markPublished, [.ints(sequences)]) }
  }

  package func messages(
    for subject: FeedSubject, after sequence: Int64, limit: Int
  ) async throws -> [SequencedMessage] {
    switch subject {
    case .driver(let driver):
      try await select(
        Self.messagesForDriver, [.id(driver), .int(sequence), .limit(limit)], SequencedMessage.init)
    case .ride(let ride):
      try await select(Self.messagesForRide, [.id(ride), .int(sequence), .limit(limit)], SequencedMessage.init)
    }
  }

  package func latestSequence(for subject: FeedSubject) async throws -> Int64 {
    let found =
      switch subject {
      case .driver(let driver): try await select(Self.latestForDriver, [.id(driver)]) { try $0.optionalInt(0) }
      case .ride(let ride): try await select(Self.latestForRide, [.id(ride)]) { try $0.optionalInt(0) }
      }
    return found.first.flatMap { $0 } ?? 0
  }

  package func latestSequence() async throws -> Int64 {
    try await select("SELECT max(sequence) FROM outbox") { try $0.optionalInt(0) }.first.flatMap { $0 } ?? 0
  }

  package func wakeups() async throws -> AsyncStream<Void> {
    alarm.listen()
  }

  /// The limit is spelt out, because a plan for any limit would rather sort a long backlog than walk its index. The messages are looked up by an
  /// array, because a join of two tables whose sizes the planner does not know yet would read and hash the whole outbox.
  private static func unpublished(limit: Int) -> PostgresStatement {
    PostgresStatement(
      """
      SELECT \(SequencedMessage.columns) FROM outbox
      WHERE sequence = ANY (ARRAY(SELECT sequence FROM outbox_pending ORDER BY sequence LIMIT \(limit)))
      ORDER BY sequence
      """)
  }

  /// Does not wait for the disk: a mark that a crash of the server takes back publishes the message once more, which whoever publishes may do
  /// anyway. The commits that riders wait for have the disk to themselves.
  private static let markPublished: PostgresStatement = """
    WITH light AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS is_set)
    DELETE FROM outbox_pending USING light WHERE is_set = 'off' AND sequence = ANY ($1::bigint[])
    """

  private static let messagesForDriver = PostgresStatement(
    """
    SELECT \(SequencedMessage.columns) FROM outbox WHERE driver_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
    """)

  private static let messagesForRide = PostgresStatement(
    """
    SELECT \(SequencedMessage.columns) FROM outbox WHERE ride_id = $1 AND is_for_ride AND sequence > $2
    ORDER BY sequence LIMIT $3
    """)

  private static let latestForDriver: PostgresStatement = "SELECT max(sequence) FROM outbox WHERE driver_id = $1"

  private static let latestForRide: PostgresStatement =
    "SELECT max(sequence) FROM outbox WHERE ride_id = $1 AND is_for_ride"
}
