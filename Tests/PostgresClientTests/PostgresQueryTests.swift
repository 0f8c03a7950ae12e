import Testing

@testable import PostgresClient

@Suite(.needsPostgres, .timeLimit(.minutes(8)))
struct PostgresQueryTests {
  @Test func hundredsOfQueriesShareFewConnections() async throws {
    try await TestServer.withPool(max: 3) { pool in
      let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<800 {
          group.addTask { try await pool.query("SELECT $1::bigint * 2 AS n", [.int(Int64(number))]).only().int("n") }
        }
        return try await group.reduce(0, +)
      }
      #expect(sum == 800 * 799)
      #expect(pool.statistics.open <= 3)
    }
  }

  @Test func anErrorTellsStateAndConstraintButNoData() async throws {
    try await TestServer.withPool { pool in
      try await pool.script(
        "DROP TABLE IF EXISTS unique_one; CREATE TABLE unique_one (id int CONSTRAINT only_one UNIQUE)")
      #expect(try await pool.query("INSERT INTO unique_one VALUES (4711)").affectedRows == 1)
      let error = try #require(
        await failure { try await pool.query("INSERT INTO unique_one VALUES ($1)", [4711]) })
      #expect(error.code == .server)
      #expect(error.sqlState == .uniqueViolation)
      #expect(error.constraintName == "only_one")
      #expect(error.isUniqueViolation(of: "only_one"))
      #expect(!error.isTransient)
      #expect(!error.isUnsureWhetherCommitted)
      #expect(!"\(error)".contains("4711"))
      #expect(String(reflecting: error).contains("4711"))
      #expect(await failure { try await pool.query("SELEKT") }?.sqlState == .syntaxError)
      #expect(try await pool.query("SELECT 1 AS n").only().int("n") == 1)
    }
  }

  /// Many callers send a statement whose preparation fails: each must hear the real reason.
  @Test func aFailingPreparationIsToldToEveryoneBehindIt() async throws {
    try await TestServer.withPool(max: 1) { pool in
      let states = await withTaskGroup(of: PostgresSQLState?.self) { group in
        for _ in 0..<50 {
          group.addTask { await failure { try await pool.query("SELECT * FROM no_such_table") }?.sqlState }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(states.count == 50)
      #expect(states.allSatisfy { $0 == .undefinedTable })
    }
  }

  @Test func aPipelinedTransactionIsAllOrNothing() async throws {
    try await TestServer.withPool { pool in
      try await pool.script("DROP TABLE IF EXISTS pairs; CREATE TABLE pairs (id int PRIMARY KEY, note text)")
      let insert: PostgresStatement = "INSERT INTO pairs VALUES ($1, $2) RETURNING id"
      let answers = try await pool.pipelinedTransaction([
        PostgresCall(insert, [1, "a"]), PostgresCall(insert, [2, nil]), PostgresCall("SELECT count(*) AS n FROM pairs"),
      ])
      #expect(answers.count == 3)
      #expect(try answers[1].only().int("id") == 2)
      #expect(try answers[2].only().int("n") == 2)
      for isolation in [nil, PostgresIsolation.serializable] {
        let error = await failure {
          try await pool.pipelinedTransaction(
            [PostgresCall(insert, [3, "c"]), PostgresCall(insert, [1, "again"]), PostgresCall(insert, [4, "d"])],
            isolation: isolation)
        }
        #expect(error?.sqlState == .uniqueViolation)
        #expect(try await pool.query("SELECT count(*) FROM pairs").only().int(0) == 2)
      }
      try await pool.pipelinedTransaction([PostgresCall(insert, [5, "e"])], isolation: .repeatableRead)
      #expect(try await pool.query("SELECT count(*) FROM pairs").only().int(0) == 3)
    }
  }

  /// A deferred constraint fails at the commit, after the statement itself has been answered.
  @Test func anErrorAtTheCommitIsNotMissed() async throws {
    try await TestServer.withPool { pool in
      try await pool.script(
        "DROP TABLE IF EXISTS late; CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
      let insert: PostgresStatement = "INSERT INTO late VALUES ($1)"
      try await pool.query(insert, [1])
      #expect(await failure { try await pool.query(insert, [1]) }?.sqlState == .uniqueViolation)
      let calls = [PostgresCall(insert, [2]), PostgresCall(insert, [1])]
      #expect(await failure { try await pool.pipelinedTransaction(calls) }?.sqlState == .uniqueViolation)
      let error = await failure {
        _ = try await pool.transaction { transaction in try await transaction.query(insert, [1]) }
      }
      #expect(error?.sqlState == .uniqueViolation)
      #expect(error?.isUnsureWhetherCommitted == false)
      #expect(try await pool.query("SELECT count(*) FROM late").only().int(0) == 1)
    }
  }

  @Test func aSchemaChangeUnderAPreparedStatementIsSurvived() async throws {
    try await TestServer.withPool(max: 2) { pool in
      try await pool.script("DROP TABLE IF EXISTS shape; CREATE TABLE shape (a int); INSERT INTO shape VALUES (1)")
      for _ in 0..<3 { #expect(try await pool.query("SELECT * FROM shape").only().int("a") == 1) }
      try await pool.query("ALTER TABLE shape ADD COLUMN b text DEFAULT 'new'")
      #expect(try await pool.query("SELECT * FROM shape").only().text("b") == "new")
      #expect(try await pool.query("SELECT * FROM shape").columnNames == ["a", "b"])
      let number = try await pool.transaction { transaction in
        try await transaction.query("SELECT * FROM shape").only().int("a")
      }
      #expect(number == 1)
      try await pool.query("ALTER TABLE shape ALTER COLUMN a TYPE text")
      let text = try await pool.transaction { transaction in
        try await transaction.query("SELECT * FROM shape").only().text("a")
      }
      #expect(text == "1")
    }
  }

  @Test func theStatementCacheIsBounded() async throws {
    try await TestServer.withPool(max: 1, adjust: { $0.maxPreparedStatements = 8 }) { pool in
      for number in 0..<40 {
        let statement = PostgresStatement("SELECT \(number) AS n")
        #expect(try await pool.query(statement).only().int("n") == Int64(number))
      }
      let count = try await pool.query("SELECT count(*) AS n FROM pg_prepared_statements").only().int("n")
      #expect(count <= 8)
    }
  }

  @Test func copyCannotBePipelinedAndTheConnectionIsReplaced() async throws {
    try await TestServer.withPool(max: 1) { pool in
      let error = await failure { try await pool.query("COPY (SELECT 1) TO STDOUT") }
      #expect(error?.code == .protocolViolation)
      let one = try await pool.query("SELECT 1").only().int(0)
      #expect(one == 1)
    }
  }

  @Test func largeAnswersAndParametersPass() async throws {
    try await TestServer.withPool(max: 1) { pool in
      let large = String(repeating: "0123456789abcdef", count: 1 << 18)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let row = try await pool.query("SELECT $1::text AS t", [.text(large)]).only()
            #expect(try row.text("t") == large)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await pool.query("SELECT generate_series(1, 100000) AS n").count == 100_000)
    }
  }
}
