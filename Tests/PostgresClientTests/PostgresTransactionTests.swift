import Testing

@testable import PostgresClient

@Suite(.needsPostgres, .timeLimit(.minutes(8)))
struct PostgresTransactionTests {
  private struct Refusal: Error {}

  @Test func throwingRollsBackAndReturningCommits() async throws {
    try await TestServer.withPool { pool in
      try await pool.script("DROP TABLE IF EXISTS kept; CREATE TABLE kept (id int)")
      await #expect(throws: Refusal.self) {
        try await pool.transaction { transaction in
          try await transaction.query("INSERT INTO kept VALUES (1)")
          throw Refusal()
        }
      }
      #expect(try await pool.query("SELECT count(*) FROM kept").only().int(0) == 0)
      try await pool.transaction { transaction in
        _ = try await transaction.queries([
          PostgresCall("INSERT INTO kept VALUES ($1)", [2]), PostgresCall("INSERT INTO kept VALUES ($1)", [3]),
        ])
      }
      #expect(try await pool.query("SELECT sum(id) FROM kept").only().int(0) == 5)
      #expect(pool.statistics.leased == 0)
    }
  }

  @Test func anErrorThatTheBodySwallowsIsNotACommit() async throws {
    try await TestServer.withPool { pool in
      try await pool.script("DROP TABLE IF EXISTS swallowed; CREATE TABLE swallowed (id int)")
      let error = await failure {
        try await pool.transaction { transaction in
          try await transaction.query("INSERT INTO swallowed VALUES (1)")
          _ = try? await transaction.query("SELECT 1/0")
        }
      }
      #expect(error?.sqlState == .inFailedTransaction)
      #expect(try await pool.query("SELECT count(*) FROM swallowed").only().int(0) == 0)
    }
  }

  @Test func aHandleIsUselessAfterItsTransaction() async throws {
    try await TestServer.withPool { pool in
      let leaked = try await pool.transaction { transaction in transaction }
      #expect(await failure { try await leaked.query("SELECT 1") }?.code == .transactionEnded)
    }
  }

  /// Concurrent read-modify-write under serializable isolation: without retries some would fail, without isolation some
  /// increments would be lost.
  @Test func serializationFailuresAreRetried() async throws {
    try await TestServer.withPool(max: 5, adjust: { $0.maxTransactionAttempts = 100 }) { pool in
      try await pool.script(
        "DROP TABLE IF EXISTS counter; CREATE TABLE counter (n bigint); INSERT INTO counter VALUES (0)")
      let tries = Tally()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<24 {
          group.addTask {
            try await pool.transaction(isolation: .serializable) { transaction in
              tries.increment()
              let n = try await transaction.query("SELECT n FROM counter").only().int("n")
              try await transaction.query("UPDATE counter SET n = $1", [.int(n + 1)])
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await pool.query("SELECT n FROM counter").only().int("n") == 24)
      #expect(tries.count >= 24)
    }
  }

  @Test func deadlocksAreRetried() async throws {
    try await TestServer.withPool(max: 4) { pool in
      try await pool.script(
        """
        DROP TABLE IF EXISTS locks; CREATE TABLE locks (id int PRIMARY KEY, n int);
        INSERT INTO locks VALUES (1, 0), (2, 0)
        """)
      let rendezvous = Tally()
      @Sendable func cross(_ first: Int64, _ second: Int64) async throws {
        try await pool.transaction { transaction in
          try await transaction.query("UPDATE locks SET n = n + 1 WHERE id = $1", [.int(first)])
          rendezvous.increment()
          try await TestServer.eventually { rendezvous.count >= 2 }
          try await transaction.query("UPDATE locks SET n = n + 1 WHERE id = $1", [.int(second)])
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await cross(1, 2) }
        group.addTask { try await cross(2, 1) }
        try await group.waitForAll()
      }
      #expect(try await pool.query("SELECT sum(n) FROM locks").only().int(0) == 4)
      #expect(rendezvous.count >= 3)
    }
  }

  /// Every connection that may be leased is, and each body needs a statement outside its transaction.
  @Test func queriesOutsideGetThroughWhenAllLeasesAreTaken() async throws {
    try await TestServer.withPool(max: 3) { pool in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<12 {
          group.addTask {
            try await pool.transaction { transaction in
              try await transaction.query("SELECT 1")
              #expect(try await pool.query("SELECT 2").only().int(0) == 2)
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(pool.statistics.leased == 0)
    }
  }

  @Test func aSingleConnectionServesBothKinds() async throws {
    try await TestServer.withPool(max: 1) { pool in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<60 {
          group.addTask {
            if number % 3 == 0 {
              _ = try await pool.transaction { transaction in try await transaction.query("SELECT 1") }
            } else {
              try await pool.query("SELECT 2")
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(pool.statistics.open == 1)
    }
  }

  @Test func aReadOnlyTransactionRefusesWrites() async throws {
    try await TestServer.withPool { pool in
      let error = await failure {
        _ = try await pool.transaction(isReadOnly: true) { transaction in
          try await transaction.query("CREATE TABLE forbidden ()")
        }
      }
      #expect(error?.sqlState == "25006")
    }
  }
}
