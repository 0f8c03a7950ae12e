package import FunctionKit
package import PostgresClient

/// The dead letters of all triggers, in the record.
package final class PostgresDeadLetters: DeadLetterQueue {
  private let pool: PostgresPool

  /// Creates the queue.
  /// - Parameter pool: the connections; the caller runs it and shuts it down.
  package init(pool: PostgresPool) {
    self.pool = pool
  }

  package func add(_ letter: DeadLetter) async throws {
    let event = letter.event
    try await perform {
      _ = try await pool.query(
        Self.add,
        [
          Self.clean(letter.place.function), Self.clean(letter.place.trigger), Self.clean(letter.kind),
          .bytes(Array(event.source.utf8) + [0] + Array(event.id.utf8)), Self.clean(event.id), Self.clean(event.type),
          .bytes(StoredEvent.encode(event)), Self.clean(letter.reason.code), Self.clean(letter.reason.message),
          .int(Int64(letter.reason.attempts)), .int(letter.firstFailure.unixMilliseconds),
          .int(letter.lastFailure.unixMilliseconds),
        ])
    }
  }

  package func letters(_ filter: DeadLetterFilter) async throws -> [DeadLetter] {
    try await select(Self.list, Self.parameters(filter))
  }

  package func redrive(_ filter: DeadLetterFilter) async throws -> Int {
    try await perform { try await pool.query(Self.redrive, Self.parameters(filter)).count }
  }

  package func purge(_ filter: DeadLetterFilter) async throws -> Int {
    try await perform { try await pool.query(Self.purge, Self.parameters(filter)).count }
  }

  package func takeRedriven(
    _ places: [DeadLetter.Place], consumer: String, lease: Duration, limit: Int
  ) async throws -> [DeadLetter] {
    try await select(
      Self.take,
      [
        .texts(places.map(\.function)), .texts(places.map(\.trigger)), .text(consumer),
        .double(Self.seconds(lease)), .int(Int64(max(limit, 0))),
      ])
  }

  package func keep(_ ids: [Int64], consumer: String, lease: Duration) async throws {
    try await perform {
      _ = try await pool.query(Self.keep, [.ints(ids), .text(consumer), .double(Self.seconds(lease))])
    }
  }

  package func remove(_ ids: [Int64]) async throws {
    try await perform { _ = try await pool.query(Self.remove, [.ints(ids)]) }
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  /// PostgreSQL keeps no zero bytes in texts.
  private static func clean(_ text: String) -> PostgresValue {
    guard text.utf8.contains(0) else { return .text(text) }
    return .text(String(text.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
  }

  private func perform<T>(_ body: () async throws -> T) async throws -> T {
    do {
      return try await body()
    } catch let error as PostgresError {
      if error.code == .cancelled { throw CancellationError() }
      throw FunctionError(.transient, code: "storeUnavailable", error.description)
    }
  }

  private func select(_ statement: PostgresStatement, _ parameters: [PostgresValue]) async throws -> [DeadLetter] {
    try await perform {
      try await pool.query(statement, parameters).map { row in
        var columns = ColumnReader(row)
        return DeadLetter(
          id: try columns.int64(), place: .init(function: try columns.text(), trigger: try columns.text()),
          kind: try columns.text(), event: try StoredEvent.decode(try columns.bytes()),
          reason: DeadLetterReason(
            code: try columns.text(), message: try columns.text(), attempts: try columns.int()),
          firstFailure: EventTime(unixMilliseconds: try columns.int64()),
          lastFailure: EventTime(unixMilliseconds: try columns.int64()), redrives: try columns.int(),
          state: try columns.named(DeadLetter.State.self))
      }
    }
  }

  private static func parameters(_ filter: DeadLetterFilter) -> [PostgresValue] {
    [
      .text(filter.function), .text(filter.trigger), .int(filter.since?.unixMilliseconds), .ints(filter.ids),
      .int(filter.after), .int(Int64(max(filter.limit, 0))),
    ]
  }
}

extension PostgresDeadLetters {
  private static let columns = """
    id, function_name, trigger_name, kind, event, code, message, attempts, first_failure, last_failure, redrives, state
    """

  /// Says the same as `DeadLetterFilter.matches`.
  private static let isMeant = """
    id > $5::bigint AND ($1::text IS NULL OR function_name = $1) AND ($2::text IS NULL OR trigger_name = $2)
      AND ($3::bigint IS NULL OR last_failure >= $3) AND (cardinality($4::bigint[]) = 0 OR id = ANY ($4::bigint[]))
    """

  /// A letter that comes back waits again; every way of changing one takes its row first.
  private static let add = PostgresStatement(
    """
    INSERT INTO dead_letters AS letter (
      function_name, trigger_name, kind, event_key, event_id, event_type, event, code, message, attempts, first_failure,
      last_failure)
    VALUES ($1, $2, $3, sha256($4), $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (function_name, trigger_name, event_key) DO UPDATE SET
      kind = excluded.kind, event = excluded.event, code = excluded.code, message = excluded.message,
      attempts = letter.attempts + excluded.attempts,
      first_failure = least(letter.first_failure, excluded.first_failure), last_failure = excluded.last_failure,
      redrives = letter.redrives + CASE WHEN letter.state = 'taken' THEN 1 ELSE 0 END,
      state = 'waiting', consumer = NULL, taken_until = NULL
    """)

  private static let list = PostgresStatement(
    "SELECT \(columns) FROM dead_letters WHERE \(isMeant) ORDER BY id LIMIT $6")

  private static let redrive = PostgresStatement(
    """
    UPDATE dead_letters SET state = 'requested' WHERE id IN (
      SELECT id FROM dead_letters WHERE \(isMeant) AND state = 'waiting' ORDER BY id LIMIT $6 FOR UPDATE)
    RETURNING id
    """)

  private static let purge = PostgresStatement(
    """
    DELETE FROM dead_letters WHERE id IN (
      SELECT id FROM dead_letters WHERE \(isMeant) AND state <> 'taken' ORDER BY id LIMIT $6 FOR UPDATE)
    RETURNING id
    """)

  private static let take = PostgresStatement(
    """
    UPDATE dead_letters SET state = 'taken', consumer = $3,
      taken_until = clock_timestamp() + make_interval(secs => $4)
    WHERE id IN (
      SELECT id FROM dead_letters
      WHERE state <> 'waiting' AND (state = 'requested' OR taken_until <= clock_timestamp())
        AND (function_name, trigger_name) IN (SELECT * FROM unnest($1::text[], $2::text[]))
      ORDER BY id LIMIT $5 FOR UPDATE SKIP LOCKED)
    RETURNING \(columns)
    """)

  private static let keep = PostgresStatement(
    """
    UPDATE dead_letters SET taken_until = clock_timestamp() + make_interval(secs => $3)
    WHERE id = ANY ($1::bigint[]) AND state = 'taken' AND consumer = $2
    """)

  private static let remove: PostgresStatement = "DELETE FROM dead_letters WHERE id = ANY ($1::bigint[])"
}
