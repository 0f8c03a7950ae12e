/// Transactions.
extension PostgresPool {
  /// Runs a closure in a transaction: commits when it returns, rolls back when it throws.
  ///
  /// When the server asks for a retry (serialization failure, deadlock, or a prepared statement made stale by a schema
  /// change) the closure runs again in a new transaction, up to `maxTransactionAttempts` times in all. So it must not
  /// change anything outside the transaction, except at its very end or idempotently.
  /// - Parameters:
  ///   - isolation: what the transaction sees of others.
  ///   - isReadOnly: whether the server should refuse writes.
  ///   - deadline: how long all tries together may take; `nil` takes the configured statement deadline. The closure
  ///     itself is not interrupted, but its next statement and the commit fail.
  ///   - body: what to do. The handle must not outlive it.
  /// - Returns: what the closure returned.
  /// - Throws: what the closure threw, or the `PostgresError` of `BEGIN` or `COMMIT`. Unless that says
  ///   `isUnsureWhetherCommitted`, nothing was changed.
  @discardableResult
  package func transaction<T: Sendable>(
    isolation: PostgresIsolation = .readCommitted, isReadOnly: Bool = false, deadline: Duration? = nil,
    _ body: (PostgresTransaction) async throws -> T
  ) async throws -> T {
    let end = MonotonicTime.now + (deadline ?? configuration.statementDeadline)
    var attempt = 1
    while true {
      let start = MonotonicTime.now
      let connection = try await lease(deadline: end)
      let transaction = PostgresTransaction(
        connection: connection, isolation: isolation, isReadOnly: isReadOnly, deadline: end)
      do {
        let answer: T
        do {
          answer = try await body(transaction)
        } catch {
          release(connection, isClean: await transaction.rollback())
          throw error
        }
        try await commit(transaction, on: connection)
        metrics.took(since: start)
        return answer
      } catch {
        let failure = error as? PostgresError
        if let failure { metrics.failed(failure.code) }
        guard let failure, failure.sqlState?.asksForRetry == true || failure.isStalePlan,
          !failure.isUnsureWhetherCommitted, attempt < configuration.maxTransactionAttempts
        else { throw error }
        metrics.retried()
        try await pauseBeforeRetry(attempt, until: end)
        attempt += 1
      }
    }
  }

  private func commit(_ transaction: PostgresTransaction, on connection: PostgresConnection) async throws(PostgresError)
  {
    do throws(PostgresError) {
      try await transaction.commit()
    } catch {
      // After a failed commit the server is outside the transaction; in every other case nobody knows.
      release(connection, isClean: error.code == .server)
      throw error
    }
    release(connection, isClean: true)
  }
}
