internal import Synchronization

/// An open transaction on a connection of its own; valid only inside the closure that it was given to.
///
/// Statements run one after another; send several in one round trip with `queries`. When a statement fails, the
/// transaction is lost: let the error pass.
package final class PostgresTransaction: Sendable {
  private struct State {
    var hasBegun = false
    var hasEnded = false
    var isBroken = false
  }

  private let connection: PostgresConnection
  private let beginning: PostgresPreparedCall
  let deadline: MonotonicTime
  private let state = Mutex(State())

  init(connection: PostgresConnection, isolation: PostgresIsolation, isReadOnly: Bool, deadline: MonotonicTime) {
    self.connection = connection
    self.deadline = deadline
    beginning = PostgresPreparedCall(
      sql: "BEGIN ISOLATION LEVEL \(isolation.rawValue)\(isReadOnly ? " READ ONLY" : "")")
  }

  /// Runs one statement.
  /// - Throws: `PostgresError`; the transaction is then lost.
  @discardableResult
  package func query(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
  ) async throws(PostgresError) -> PostgresRows {
    let rows = try await run([try PostgresPreparedCall(statement, parameters)])
    guard let answer = rows.last else { throw PostgresError(.protocolViolation, "a statement without an answer") }
    return answer
  }

  /// Runs several statements in one round trip.
  /// - Returns: one answer per statement, in order.
  @discardableResult
  package func queries(_ calls: [PostgresCall]) async throws(PostgresError) -> [PostgresRows] {
    var prepared: [PostgresPreparedCall] = []
    for call in calls { prepared.append(try PostgresPreparedCall(call)) }
    return try await run(prepared)
  }

  /// Runs a script of several statements separated by semicolons, without parameters and without answers.
  ///
  /// The script must not end the transaction.
  package func script(_ sql: String) async throws(PostgresError) {
    try await begin()
    _ = try await submit(.simple(sql))
  }

  /// Copies rows into a table; see `PostgresPool.copyIn`.
  package func copyIn(
    _ sql: String, _ body: (PostgresCopyWriter) async throws -> Void
  ) async throws -> Int {
    try await begin()
    return try await PostgresCopy.copyIn(sql, connection: connection, deadline: deadline, body)
  }

  func run(_ calls: [PostgresPreparedCall]) async throws(PostgresError) -> [PostgresRows] {
    // BEGIN travels with the first statement.
    let isFirst = try state.withLock { state throws(PostgresError) in
      if state.hasEnded { throw PostgresError(.transactionEnded, "the transaction has ended") }
      defer { state.hasBegun = true }
      return !state.hasBegun
    }
    let outcome = try await submit(.calls(isFirst ? [beginning] + calls : calls))
    guard case .rows(let rows) = outcome else {
      throw PostgresError(.protocolViolation, "statements without answers")
    }
    return isFirst ? Array(rows.dropFirst()) : rows
  }

  private func begin() async throws(PostgresError) {
    if !state.withLock({ $0.hasBegun }) { _ = try await run([]) }
  }

  private func submit(_ kind: PostgresUnit.Kind) async throws(PostgresError) -> PostgresUnit.Outcome {
    if state.withLock({ $0.hasEnded }) {
      throw PostgresError(.transactionEnded, "the transaction has ended")
    }
    let unit = PostgresUnit(kind, deadline: deadline, standsAlone: false, mayCommit: false)
    do throws(PostgresError) {
      return try await unit.run { connection.submit($0) }
    } catch {
      if error.code == .connectionLost { state.withLock { $0.isBroken = true } }
      throw error
    }
  }

  /// Commits.
  /// - Throws: when the commit failed (then nothing was changed) or nobody knows.
  func commit() async throws(PostgresError) {
    let hasBegun = state.withLock { state in
      state.hasEnded = true
      return state.hasBegun
    }
    guard hasBegun else { return }
    let unit = PostgresUnit(
      .calls([PostgresPreparedCall(sql: "COMMIT")]), deadline: deadline, standsAlone: false, mayCommit: true)
    // Cancelling a commit would only make its outcome unsure.
    let outcome = try await unit.run(ignoresCancellation: true) { connection.submit($0) }
    if case .rows(let rows) = outcome, rows.last?.result.commandTag == "ROLLBACK" {
      // The body went on after a failed statement.
      throw PostgresError(
        .server, "a statement of the transaction had failed, so it was rolled back", sqlState: .inFailedTransaction)
    }
  }

  /// Rolls back.
  /// - Returns: whether the connection is clean.
  func rollback() async -> Bool {
    let (hasBegun, isBroken) = state.withLock { state in
      state.hasEnded = true
      return (state.hasBegun, state.isBroken)
    }
    if isBroken { return false }
    guard hasBegun else { return true }
    let unit = PostgresUnit(
      .calls([PostgresPreparedCall(sql: "ROLLBACK")]), deadline: .now + .seconds(5), standsAlone: false,
      mayCommit: false)
    do throws(PostgresError) {
      _ = try await unit.run(ignoresCancellation: true) { connection.submit($0) }
      return true
    } catch {
      return false
    }
  }
}
