/// `COPY` on a leased connection.
enum PostgresCopy {
  static func copyIn(
    _ sql: String, connection: PostgresConnection, deadline: MonotonicTime,
    _ body: (PostgresCopyWriter) async throws -> Void
  ) async throws -> Int {
    func run(_ kind: PostgresUnit.Kind, ignoresCancellation: Bool = false) async throws(PostgresError)
      -> PostgresUnit.Outcome
    {
      let unit = PostgresUnit(kind, deadline: deadline, standsAlone: false, mayCommit: true)
      return try await unit.run(ignoresCancellation: ignoresCancellation) { connection.submit($0) }
    }
    guard case .copyIn = try await run(.simple(sql)) else {
      throw PostgresError(.protocolViolation, "not a COPY … FROM STDIN statement", sql: sql)
    }
    let writer = PostgresCopyWriter { chunk throws(PostgresError) in _ = try await run(.copyData(chunk)) }
    do {
      try await body(writer)
      try await writer.flush()
    } catch {
      // The server is told to refuse what it has; if that fails the connection is gone anyway.
      _ = try? await run(.copyEnd(failure: "the client gave up"), ignoresCancellation: true)
      throw error
    }
    guard case .rows(let rows) = try await run(.copyEnd(failure: nil)) else {
      throw PostgresError(.protocolViolation, "COPY ended without an answer", sql: sql)
    }
    return rows.last?.affectedRows ?? 0
  }

  static func copyOut(
    _ sql: String, connection: PostgresConnection, deadline: MonotonicTime,
    _ body: (PostgresCopyRow) async throws -> Void
  ) async throws -> Int {
    func run(_ kind: PostgresUnit.Kind) async throws(PostgresError) -> PostgresUnit.Outcome {
      let unit = PostgresUnit(kind, deadline: deadline, standsAlone: false, mayCommit: false)
      return try await unit.run { connection.submit($0) }
    }
    guard case .copyOut = try await run(.simple(sql)) else {
      throw PostgresError(.protocolViolation, "not a COPY … TO STDOUT statement", sql: sql)
    }
    var count = 0
    while true {
      let rows: [[UInt8]]
      var isLast = false
      switch try await run(.copyFetch) {
      case .copyChunk(let chunk): rows = chunk
      case .copyLastChunk(let chunk):
        rows = chunk
        isLast = true
      default: return count
      }
      for row in rows {
        try await body(PostgresCopyRow(bytes: row))
        count += 1
      }
      if isLast { return count }
    }
  }
}
