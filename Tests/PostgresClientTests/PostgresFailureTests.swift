import EmbeddedStores
import Glibc
import Testing

@testable import PostgresClient

/// Deadlines, cancellation, exhaustion and dying servers. One after another, because they look for each other's sleepers.
@Suite(.needsPostgres, .serialized, .timeLimit(.minutes(8)))
struct PostgresFailureTests {
  private func sleepers(_ pool: PostgresPool) async throws -> Int64 {
    try await pool.query(
      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
    ).only().int(0)
  }

  @Test func aPassedDeadlineCancelsOnTheServerAndThePoolStaysUsable() async throws {
    try await TestServer.withPool(max: 1) { pool in
      try await pool.query("SELECT 1")
      for _ in 0..<3 {
        let error = await failure { try await pool.query("SELECT pg_sleep(600)", deadline: .milliseconds(50)) }
        #expect(error?.code == .timeout)
        #expect(error?.isUnsureWhetherCommitted == false)
        #expect(error?.isTransient == true)
        let one = try await pool.query("SELECT 1").only().int(0)
        #expect(one == 1)
      }
      #expect(pool.statistics.open == 1)
      #expect(try await sleepers(pool) == 0)
    }
  }

  /// The neighbours are in the pipeline behind the slow statement; the cancel request must not take them along.
  @Test func neighboursOfACancelledStatementGetTheirAnswers() async throws {
    try await TestServer.withPool(max: 1) { pool in
      try await pool.query("SELECT 1")
      for _ in 0..<10 {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            let error = await failure { try await pool.query("SELECT pg_sleep(600)", deadline: .milliseconds(20)) }
            #expect(error?.code == .timeout)
          }
          for number in 0..<40 {
            group.addTask {
              let answer = try await pool.query("SELECT $1::bigint", [.int(Int64(number))]).only().int(0)
              #expect(answer == Int64(number))
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test func cancellingTheTaskCancelsTheStatement() async throws {
    try await TestServer.withPool(max: 2) { pool in
      let task = Task { await failure { try await pool.query("SELECT pg_sleep(600)") }?.code }
      try await TestServer.eventually { try await sleepers(pool) == 1 }
      task.cancel()
      #expect(await task.value == .cancelled)
      try await TestServer.eventually { try await sleepers(pool) == 0 }
      let early = Task {
        while !Task.isCancelled { await Task.yield() }
        return await failure { try await pool.query("SELECT 1") }?.code
      }
      early.cancel()
      #expect(await early.value == .cancelled)
    }
  }

  @Test func cancellingATransactionRollsItBack() async throws {
    try await TestServer.withPool { pool in
      try await pool.script("DROP TABLE IF EXISTS undone; CREATE TABLE undone (id int)")
      let task = Task {
        await failure {
          try await pool.transaction { transaction in
            try await transaction.query("INSERT INTO undone VALUES (1)")
            try await transaction.query("SELECT pg_sleep(600)")
          }
        }?.code
      }
      try await TestServer.eventually { try await sleepers(pool) == 1 }
      task.cancel()
      #expect(await task.value == .cancelled)
      #expect(try await pool.query("SELECT count(*) FROM undone").only().int(0) == 0)
      #expect(pool.statistics.leased == 0)
      let late = await failure {
        try await pool.transaction(deadline: .milliseconds(30)) { transaction in
          try await transaction.query("SELECT pg_sleep(600)")
        }
      }
      #expect(late?.code == .timeout)
      let copy = await failure {
        try await pool.copyIn("COPY undone FROM STDIN", deadline: .milliseconds(30)) { writer in
          try await writer.write([1])
          try await Task.sleep(for: .milliseconds(60))
        }
      }
      #expect(copy?.code == .timeout)
      let script = await failure { try await pool.script("SELECT pg_sleep(600)", deadline: .milliseconds(30)) }
      #expect(script?.code == .timeout)
      #expect(try await pool.query("SELECT count(*) FROM undone").only().int(0) == 0)
    }
  }

  @Test func aFullPoolSaysSo() async throws {
    try await TestServer.withPool(
      max: 2,
      adjust: {
        // Long enough that a busy machine connects the holder within it.
        $0.acquireTimeout = .seconds(2)
        $0.maxWaiting = 2
      }
    ) { pool in
      let holder = Task {
        try await pool.transaction { transaction in try await transaction.query("SELECT pg_sleep(600)") }
      }
      try await TestServer.eventually { pool.statistics.leased == 1 }
      let waited = await failure { try await pool.transaction { _ in } }
      #expect(waited?.code == .poolExhausted)
      #expect(waited?.isTransient == true)
      let codes = await withTaskGroup(of: PostgresError.Code?.self) { group in
        for _ in 0..<6 { group.addTask { await failure { try await pool.transaction { _ in } }?.code } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(codes.allSatisfy { $0 == .poolExhausted })
      let one = try await pool.query("SELECT 1").only().int(0)
      #expect(one == 1)
      holder.cancel()
      _ = try? await holder.value
      try await pool.transaction { transaction in try await transaction.query("SELECT 1") }
    }
  }

  @Test func withoutAServerEveryWaiterFailsByItsDeadline() async throws {
    try await TestServer.withPool(connectionString: "host=/nonexistent user=nobody dbname=none") { pool in
      let codes = await withTaskGroup(of: PostgresError.Code?.self) { group in
        for number in 0..<10 {
          group.addTask {
            await failure {
              if number % 2 == 0 {
                try await pool.query("SELECT 1", deadline: .milliseconds(60))
              } else {
                try await pool.transaction(deadline: .milliseconds(60)) { _ in }
              }
            }?.code
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(codes.count == 10)
      #expect(codes.allSatisfy { $0 == .connectFailed })
    }
  }

  @Test func aTerminatedSessionIsReplaced() async throws {
    try await TestServer.withPool(max: 2) { pool in
      let process = try await pool.query("SELECT pg_backend_pid()").only().int(0)
      let victim = Task { await failure { try await pool.query("SELECT pg_sleep(600)", exclusive: true) } }
      try await TestServer.eventually { try await sleepers(pool) == 1 }
      try await pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")
      let error = await victim.value
      #expect(error?.isTransient == true)
      for _ in 0..<10 { try await pool.query("SELECT 1") }
      #expect(process > 0)
      try await pool.transaction { transaction in try await transaction.query("SELECT 1") }
    }
  }

  @Test func aServerKilledInTheMiddleIsSurvived() async throws {
    let server = try PostgresServer.temporary(logger: TestServer.logger)
    try await server.start()
    try await TestServer.withPool(connectionString: server.connectionString, max: 3) { pool in
      try await pool.script("CREATE TABLE survivors (id int)")
      try await pool.query("INSERT INTO survivors VALUES (1)")
      let tasks = (0..<8).map { number in
        Task { () -> PostgresError? in
          if number % 2 == 0 { return await failure { try await pool.query("SELECT pg_sleep(600)") } }
          return await failure {
            try await pool.transaction { transaction in try await transaction.query("SELECT pg_sleep(600)") }
          }
        }
      }
      try await TestServer.eventually { pool.statistics.open == 3 }
      let process = try #require(server.processID)
      kill(process, SIGKILL)
      for task in tasks {
        let error = await task.value
        #expect(error?.isTransient == true)
      }
      try await TestServer.eventually { server.processID == nil }
      let waiting = Task {
        try await pool.query("SELECT count(*) FROM survivors", deadline: .seconds(30)).only().int(0)
      }
      try await server.start()
      let count = try? await waiting.value
      // The first attempts may have met the old socket; what counts is that the pool is well again.
      try await TestServer.eventually {
        (try? await pool.query("SELECT count(*) FROM survivors").only().int(0)) == 1
      }
      #expect(count == nil || count == 1)
      #expect(pool.statistics.leased == 0)
    }
    await server.stop()
  }

  @Test func aClosedPoolRefuses() async throws {
    try await TestServer.withPool { pool in
      try await pool.query("SELECT 1")
      await pool.shutdown()
      let query = await failure { try await pool.query("SELECT 1") }
      #expect(query?.code == .poolClosed)
      let transaction = await failure { try await pool.transaction { _ in } }
      #expect(transaction?.code == .poolClosed)
      var iterator = pool.listen(channel: "none").makeAsyncIterator()
      #expect(await iterator.next() == nil)
    }
  }

  @Test func nonsenseInTheConfigurationIsRefused() async throws {
    var configuration = PostgresConfiguration(connectionString: "")
    configuration.maxConnections = 0
    #expect(throws: PostgresError.self) { try PostgresPool(configuration: configuration, logger: TestServer.logger) }
    let parts = PostgresConfiguration(host: "/a'b", user: "u", password: "p\\w", database: "d")
    #expect(parts.connectionString == "host='/a\\'b' port='5432' user='u' dbname='d' password='p\\\\w'")
  }
}
