/// Statements outside transactions.
extension PostgresPool {
  /// Runs one statement as a transaction of its own.
  ///
  /// The statement is prepared once per connection. It shares a connection with other callers' statements, so one that
  /// takes long should be `exclusive`. A deadlock or serialization failure is tried again.
  /// - Parameters:
  ///   - statement: the SQL text; keep it constant and put what varies into parameters.
  ///   - parameters: the values of `$1`, `$2`, …
  ///   - deadline: how long it may take, waiting included; `nil` takes the configured one. When it passes, the
  ///     statement is cancelled on the server.
  ///   - exclusive: whether to take a connection that nobody else uses meanwhile.
  /// - Throws: `PostgresError`; unless it says `isUnsureWhetherCommitted`, nothing was changed.
  @discardableResult
  package func query(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = [], deadline: Duration? = nil,
    exclusive: Bool = false
  ) async throws(PostgresError) -> PostgresRows {
    let call = try PostgresPreparedCall(statement, parameters)
    let rows = try await run([call], deadline: deadline, exclusive: exclusive)
    guard let answer = rows.last else { throw PostgresError(.protocolViolation, "a statement without an answer") }
    return answer
  }

  /// Runs several statements as one transaction in one round trip: all of them or none.
  ///
  /// A deadlock or serialization failure is tried again, since the statements do not depend on each other's answers.
  /// - Parameters:
  ///   - calls: the statements with their parameters. Neither `BEGIN` nor `COMMIT`: the round trip is the transaction.
  ///   - isolation: the isolation; `nil` takes the database's default (read committed) and shares a connection; a given
  ///     one takes a connection of its own.
  ///   - deadline: how long all of it may take; `nil` takes the configured one.
  /// - Returns: one answer per statement, in order.
  /// - Throws: the error of the first statement that failed (or of the commit); unless it says
  ///   `isUnsureWhetherCommitted`, nothing was changed.
  @discardableResult
  package func pipelinedTransaction(
    _ calls: [PostgresCall], isolation: PostgresIsolation? = nil, deadline: Duration? = nil
  ) async throws(PostgresError) -> [PostgresRows] {
    if calls.isEmpty { return [] }
    var prepared: [PostgresPreparedCall] = []
    prepared.reserveCapacity(calls.count)
    for call in calls { prepared.append(try PostgresPreparedCall(call)) }
    guard let isolation else { return try await run(prepared, deadline: deadline, exclusive: false) }
    let frozen = prepared
    do {
      return try await transaction(isolation: isolation, deadline: deadline) { transaction in
        try await transaction.run(frozen)
      }
    } catch let error as PostgresError {
      throw error
    } catch {
      throw PostgresError(.protocolViolation, "an error of an unknown kind")
    }
  }

  /// Tells everybody who listens to a channel. Does not wait for the disk, since nobody hears of it after a crash.
  /// - Parameter payload: at most 8000 bytes.
  package func notify(channel: String, payload: String = "") async throws(PostgresError) {
    try await query(
      """
      SELECT pg_notify($1, $2) FROM (SELECT set_config('synchronous_commit', 'off', true) OFFSET 0) AS light (is_set)
      WHERE is_set = 'off'
      """, [.text(channel), .text(payload)])
  }

  /// Listens to a channel, on a connection that all listeners of the pool share.
  ///
  /// The first element is `.listening`; another follows after every reconnect and after notifications had to be dropped
  /// because the reader was too slow. Each time the reader should look at the table that the notifications are about.
  /// The stream ends when its task is cancelled or the pool is shut down.
  package func listen(channel: String) -> AsyncStream<PostgresNotification> { listener.listen(channel) }

  private func run(
    _ calls: [PostgresPreparedCall], deadline: Duration?, exclusive: Bool
  ) async throws(PostgresError) -> [PostgresRows] {
    let start = MonotonicTime.now
    let end = start + (deadline ?? configuration.statementDeadline)
    var attempt = 1
    while true {
      let unit = PostgresUnit(
        .calls(calls), deadline: end, queueDeadline: .now + configuration.acquireTimeout, standsAlone: true,
        mayCommit: true)
      do throws(PostgresError) {
        let outcome = exclusive ? try await runExclusively(unit) : try await runShared(unit)
        guard case .rows(let rows) = outcome, rows.count == calls.count else {
          throw PostgresError(.protocolViolation, "statements without answers")
        }
        return rows
      } catch {
        guard error.sqlState?.asksForRetry == true, attempt < configuration.maxTransactionAttempts else { throw error }
        metrics.retried()
        try await pauseBeforeRetry(attempt, until: end)
        attempt += 1
      }
    }
  }

  private func runExclusively(_ unit: PostgresUnit) async throws(PostgresError) -> PostgresUnit.Outcome {
    let connection = try await lease(deadline: unit.deadline)
    defer { release(connection, isClean: true) }
    return try await unit.run { connection.submit($0) }
  }

  /// A short random pause, so that transactions which collided do not collide again.
  func pauseBeforeRetry(_ attempt: Int, until end: MonotonicTime) async throws(PostgresError) {
    let pause = Duration.microseconds(Int64.random(in: 500...(2000 << min(attempt, 6))))
    guard MonotonicTime.now + pause < end else {
      throw PostgresError(.timeout, "the deadline passed while trying again")
    }
    do { try await Task.sleep(for: pause) } catch { throw PostgresError(.cancelled, "the task was cancelled") }
  }
}
