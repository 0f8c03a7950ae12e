import Testing

@testable import PostgresClient

@Suite(.needsPostgres, .timeLimit(.minutes(8)))
struct PostgresCopyTests {
  private struct Refusal: Error {}

  @Test func rowsGoInAndComeOut() async throws {
    try await TestServer.withPool { pool in
      try await pool.script(
        "DROP TABLE IF EXISTS bulk; CREATE TABLE bulk (id bigint, note text, at timestamptz, raw bytea, tags text[])")
      let odd = "tab\there\nnew\\line\r\"quote\" \\N é"
      let rows = (0..<20_000).lazy.map { number -> [PostgresValue] in
        let note: PostgresValue = number % 4 == 0 ? .null : .text(odd)
        let time = PostgresValue.timestampMilliseconds(Int64(number))
        return [.int(Int64(number)), note, time, .bytes([0, UInt8(number % 256)]), .texts(["a\tb", nil, "\\"])]
      }
      #expect(try await pool.copyIn("COPY bulk FROM STDIN", rows: rows) == 20_000)
      let row = try await pool.query("SELECT * FROM bulk WHERE id = 19999").only()
      #expect(try row.text("note") == odd)
      #expect(try row.timestampMilliseconds("at") == 19_999)
      #expect(try row.bytes("raw") == [0, UInt8(19_999 % 256)])
      #expect(try row.texts("tags") == ["a\tb", nil, "\\"])
      #expect(try await pool.query("SELECT count(*) FROM bulk WHERE note IS NULL").only().int(0) == 5000)
      var ids: [Int64] = []
      var notes: Set<String?> = []
      let count = try await pool.copyOut("COPY (SELECT id, note FROM bulk ORDER BY id) TO STDOUT") { row in
        let fields = row.fields()
        ids.append(fields[0].flatMap { Int64($0) } ?? -1)
        notes.insert(fields[1])
      }
      #expect(count == 20_000)
      #expect(ids == Array(0..<20_000))
      #expect(notes == [nil, odd])
      #expect(pool.statistics.leased == 0)
    }
  }

  @Test func aStreamGoesIn() async throws {
    try await TestServer.withPool { pool in
      try await pool.script("DROP TABLE IF EXISTS streamed; CREATE TABLE streamed (id bigint)")
      let stream = AsyncStream<[PostgresValue]> { continuation in
        for number in 0..<100 { continuation.yield([.int(Int64(number))]) }
        continuation.finish()
      }
      #expect(try await pool.copyIn("COPY streamed FROM STDIN", rows: stream) == 100)
    }
  }

  @Test func aBadRowOrAThrowingBodyCopiesNothing() async throws {
    try await TestServer.withPool { pool in
      try await pool.script("DROP TABLE IF EXISTS strict; CREATE TABLE strict (id int)")
      let bad: [[PostgresValue]] = [[1], [.text("x")], [3]]
      #expect(await failure { try await pool.copyIn("COPY strict FROM STDIN", rows: bad) }?.sqlState == "22P02")
      await #expect(throws: Refusal.self) {
        try await pool.copyIn("COPY strict FROM STDIN") { writer in
          try await writer.write([1])
          throw Refusal()
        }
      }
      await #expect(throws: Refusal.self) {
        try await pool.copyOut("COPY (SELECT generate_series(1, 100000)) TO STDOUT") { _ in throw Refusal() }
      }
      #expect(await failure { try await pool.copyIn("SELECT 1", rows: [[1]]) }?.code == .protocolViolation)
      #expect(
        await failure { try await pool.copyIn("COPY nowhere FROM STDIN", rows: [[1]]) }?.sqlState == .undefinedTable)
      #expect(try await pool.query("SELECT count(*) FROM strict").only().int(0) == 0)
    }
  }

  @Test func copyingBelongsToItsTransaction() async throws {
    try await TestServer.withPool { pool in
      try await pool.script("DROP TABLE IF EXISTS owned; CREATE TABLE owned (id int)")
      await #expect(throws: Refusal.self) {
        try await pool.transaction { transaction in
          _ = try await transaction.copyIn("COPY owned FROM STDIN") { try await $0.write([1]) }
          #expect(try await transaction.query("SELECT count(*) FROM owned").only().int(0) == 1)
          throw Refusal()
        }
      }
      #expect(try await pool.query("SELECT count(*) FROM owned").only().int(0) == 0)
    }
  }

  @Test func aSlowReaderHoldsTheServerBack() async throws {
    try await TestServer.withPool { pool in
      var seen = 0
      let sql = "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 20000)) TO STDOUT"
      let count = try await pool.copyOut(sql) { _ in
        seen += 1
        if seen % 5000 == 0 { try await Task.sleep(for: .milliseconds(5)) }
      }
      #expect(count == 20_000)
    }
  }
}
