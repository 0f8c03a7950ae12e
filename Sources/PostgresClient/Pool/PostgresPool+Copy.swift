/// Bulk transfer.
extension PostgresPool {
  /// Copies rows into a table, as one transaction.
  /// - Parameters:
  ///   - sql: a `COPY table (columns) FROM STDIN` statement in text format (the default one).
  ///   - deadline: how long all of it may take; `nil` takes the configured statement deadline.
  ///   - body: writes the rows; when it throws, nothing is copied.
  /// - Returns: how many rows were copied.
  /// - Throws: what the closure threw or `PostgresError`.
  @discardableResult
  package func copyIn(
    _ sql: String, deadline: Duration? = nil, _ body: (PostgresCopyWriter) async throws -> Void
  ) async throws -> Int {
    let end = MonotonicTime.now + (deadline ?? configuration.statementDeadline)
    let connection = try await lease(deadline: end)
    do {
      let count = try await PostgresCopy.copyIn(sql, connection: connection, deadline: end, body)
      release(connection, isClean: true)
      return count
    } catch {
      // Cheap and sure: a COPY that failed half-way may have left anything.
      release(connection, isClean: false)
      throw error
    }
  }

  /// Copies rows that are at hand into a table.
  @discardableResult
  package func copyIn(
    _ sql: String, rows: some Sequence<[PostgresValue]>, deadline: Duration? = nil
  ) async throws -> Int {
    try await copyIn(sql, deadline: deadline) { writer in
      for row in rows { try await writer.write(row) }
    }
  }

  /// Copies rows into a table as they come.
  @discardableResult
  package func copyIn<Rows: AsyncSequence>(
    _ sql: String, rows: Rows, deadline: Duration? = nil
  ) async throws -> Int where Rows.Element == [PostgresValue] {
    try await copyIn(sql, deadline: deadline) { writer in
      for try await row in rows { try await writer.write(row) }
    }
  }

  /// Copies rows out of a table or query, without holding more than a piece in memory.
  /// - Parameters:
  ///   - sql: a `COPY … TO STDOUT` statement in text format.
  ///   - deadline: how long all of it may take; `nil` takes the configured statement deadline.
  ///   - body: gets every row; the server waits for it.
  /// - Returns: how many rows came.
  @discardableResult
  package func copyOut(
    _ sql: String, deadline: Duration? = nil, _ body: (PostgresCopyRow) async throws -> Void
  ) async throws -> Int {
    let end = MonotonicTime.now + (deadline ?? configuration.statementDeadline)
    let connection = try await lease(deadline: end)
    do {
      let count = try await PostgresCopy.copyOut(sql, connection: connection, deadline: end, body)
      release(connection, isClean: true)
      return count
    } catch {
      release(connection, isClean: false)
      throw error
    }
  }

  /// Runs a script of several statements separated by semicolons, without parameters and without answers, as one
  /// transaction unless it says `BEGIN` and `COMMIT` itself.
  package func script(_ sql: String, deadline: Duration? = nil) async throws(PostgresError) {
    let end = MonotonicTime.now + (deadline ?? configuration.statementDeadline)
    let connection = try await lease(deadline: end)
    let unit = PostgresUnit(.simple(sql), deadline: end, standsAlone: false, mayCommit: true)
    do throws(PostgresError) {
      let outcome = try await unit.run { connection.submit($0) }
      guard case .rows = outcome else { throw PostgresError(.protocolViolation, "a script must not COPY to us") }
      release(connection, isClean: true)
    } catch {
      release(connection, isClean: false)
      throw error
    }
  }
}
