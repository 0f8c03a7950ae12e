import Testing

@testable import PostgresClient

@Suite(.needsPostgres, .timeLimit(.minutes(8)))
struct PostgresTypesTests {
  /// Every value goes out and comes back three times: the first answer of a statement is text, later ones are binary.
  @Test func everyTypeComesBackAsItWent() async throws {
    try await TestServer.withPool(max: 1) { pool in
      let uuid: UInt128 = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210
      for round in 0..<3 {
        let row = try await pool.query(
          """
          SELECT $1::bigint AS i8, $2::int AS i4, $3::smallint AS i2, $4::float8 AS f8, $5::text AS t, $6::bool AS b,
            $7::bytea AS raw, $8::timestamptz AS ts, $9::uuid AS u, $10::jsonb AS j, $11::float4 AS f4, $12::date AS d,
            $13::varchar AS v, $14::json AS js
          """,
          [
            .int(Int64.min), .int(-7), .int(32_767), .double(0.1), .text("aé\u{1F695}\\'\"\n\t"), .bool(true),
            .bytes([0, 1, 255, 92, 39]), .timestampMicroseconds(-1_234_567), .uuid(uuid), .json(#"{"a": [1, null]}"#),
            .double(1.5), .text("2026-02-28"), .text(""), .json(#"{"b":1}"#),
          ]
        ).only()
        #expect(row.result.isBinary == (round > 0))
        #expect(try row.int("i8") == .min)
        #expect(try row.int("i4", as: Int32.self) == -7)
        #expect(try row.int("i2", as: UInt16.self) == 32_767)
        #expect(try row.double("f8") == 0.1)
        #expect(try row.double("i4") == -7)
        #expect(try row.text("t") == "aé\u{1F695}\\'\"\n\t")
        #expect(try row.bool("b"))
        #expect(try row.bytes("raw") == [0, 1, 255, 92, 39])
        #expect(try row.timestampMicroseconds("ts") == -1_234_567)
        #expect(try row.timestampMilliseconds("ts") == -1_235)
        #expect(try row.uuid("u") == uuid)
        #expect(try row.text("u") == "01234567-89ab-cdef-fedc-ba9876543210")
        #expect(try row.text("j") == #"{"a": [1, null]}"#)
        #expect(try row.double("f4") == 1.5)
        #expect(try row.timestampMilliseconds("d") == 1_772_236_800_000)
        #expect(try row.text("v") == "")
        #expect(try row.text("js") == #"{"b":1}"#)
        #expect(try row.int(0) == .min)
      }
    }
  }

  @Test func nullsAreNilOrAnError() async throws {
    try await TestServer.withPool(max: 1) { pool in
      for _ in 0..<2 {
        let row = try await pool.query(
          "SELECT $1::bigint AS i, $2::text AS t, $3::timestamptz AS ts, $4::bytea AS b, $5::bool AS f, $6::float8 AS d",
          [.null, .null, .null, .null, .null, .null]
        ).only()
        #expect(try row.optionalInt("i") == nil)
        #expect(try row.optionalInt("i", as: Int16.self) == nil)
        #expect(try row.optionalText("t") == nil)
        #expect(try row.optionalTimestampMilliseconds("ts") == nil)
        #expect(try row.optionalBytes("b") == nil)
        #expect(try row.optionalBool("f") == nil)
        #expect(try row.optionalDouble("d") == nil)
        #expect(try row.isNull("i"))
        let error = await failure { _ = try row.int("i") }
        #expect(error?.code == .decoding)
        #expect(error?.message == "column \"i\" is NULL")
      }
    }
  }

  @Test func wrongTypesAndNamesAreErrors() async throws {
    try await TestServer.withPool(max: 1) { pool in
      for _ in 0..<2 {
        let row = try await pool.query("SELECT 300 AS n, 'x'::text AS t, now() AS ts, 1.5::float8 AS d").only()
        #expect(await failure { _ = try row.int("missing") }?.message == "no column \"missing\"")
        #expect(await failure { _ = try row.int(9) }?.code == .decoding)
        #expect(await failure { _ = try row.int(-1) }?.code == .decoding)
        #expect(await failure { _ = try row.int("n", as: Int8.self) }?.code == .decoding)
        #expect(await failure { _ = try row.int("t") }?.code == .decoding)
        #expect(await failure { _ = try row.text("n") }?.code == .decoding)
        #expect(await failure { _ = try row.text("ts") }?.code == .decoding)
        #expect(await failure { _ = try row.bool("n") }?.code == .decoding)
        #expect(await failure { _ = try row.int("d") }?.code == .decoding)
        #expect(await failure { _ = try row.uuid("t") }?.code == .decoding)
      }
      let none = try await pool.query("SELECT 1 WHERE false")
      #expect(await failure { _ = try none.only() }?.code == .decoding)
    }
  }

  @Test func numericAndEnumComeAsText() async throws {
    try await TestServer.withPool(max: 1) { pool in
      try await pool.script("DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('happy', 'sad')")
      for _ in 0..<2 {
        let row = try await pool.query(
          "SELECT sum(x) AS n, 1.25::numeric AS f, $1::mood AS m FROM unnest($2::bigint[]) AS x",
          [.text("sad"), .ints([1, 2, nil])]
        ).only()
        #expect(try row.int("n") == 3)
        #expect(try row.double("f") == 1.25)
        #expect(try row.text("m") == "sad")
        #expect(await failure { _ = try row.int("f") }?.code == .decoding)
      }
    }
  }

  @Test func arraysGoThroughUnnest() async throws {
    try await TestServer.withPool(max: 1) { pool in
      let texts: [String?] = ["a", nil, "NULL", "", "x,\"y\"\\{}", " z "]
      let times: [Int64?] = [0, nil, 1, 253_402_300_799_999, -62_135_596_800_000, 5]
      let rows = try await pool.query(
        """
        SELECT i, d, t, b, ts FROM unnest($1::bigint[], $2::float8[], $3::text[], $4::bool[], $5::timestamptz[])
          WITH ORDINALITY AS u (i, d, t, b, ts, n) ORDER BY n
        """,
        [
          .ints([1, nil, -3, .max, 0, 5]), .doubles([0.5, nil, .infinity, -0.0, 1e-300, 2]), .texts(texts),
          .bools([true, false, nil, true, true, true]), .timestampsMilliseconds(times),
        ])
      #expect(rows.count == 6)
      #expect(try rows.map { try $0.optionalInt("i") } == [1, nil, -3, .max, 0, 5])
      #expect(try rows.map { try $0.optionalDouble("d") } == [0.5, nil, .infinity, -0.0, 1e-300, 2])
      #expect(try rows.map { try $0.optionalText("t") } == texts)
      #expect(try rows.map { try $0.optionalBool("b") } == [true, false, nil, true, true, true])
      #expect(try rows.map { try $0.optionalTimestampMilliseconds("ts") } == times)
      let row = try await pool.query(
        "SELECT $1::text[] AS t, $2::bigint[] AS i, $3::float8[] AS d, $4::bool[] AS b, '{}'::text[] AS e",
        [.texts(texts), .ints([nil, 7]), .doubles([1.5]), .bools([nil, false])]
      ).only()
      #expect(try row.texts("t") == texts)
      #expect(try row.ints("i") == [nil, 7])
      #expect(try row.doubles("d") == [1.5])
      #expect(try row.bools("b") == [nil, false])
      #expect(try row.texts("e") == [])
      #expect(await failure { _ = try row.ints("t") }?.code == .decoding)
    }
  }

  @Test func oddNumbersAndTimes() async throws {
    try await TestServer.withPool(max: 1) { pool in
      for _ in 0..<2 {
        let row = try await pool.query(
          "SELECT $1::float8 AS nan, $2::float8 AS inf, $3::timestamptz AS far, $4::timestamptz AS bc, $5::date AS never",
          [
            .double(.nan), .double(-.infinity), .timestampMicroseconds(.max),
            .timestampMicroseconds(-62_200_000_000_000_000), .text("-infinity"),
          ]
        ).only()
        #expect(try row.double("nan").isNaN)
        #expect(try row.double("inf") == -.infinity)
        #expect(try row.timestampMicroseconds("far") == .max)
        #expect(try row.timestampMicroseconds("bc") == -62_200_000_000_000_000)
        #expect(try row.timestampMicroseconds("never") == .min)
      }
    }
  }

  @Test func whatCannotBeSentIsRefused() async throws {
    try await TestServer.withPool(max: 1) { pool in
      #expect(await failure { try await pool.query("SELECT $1", [.text("a\0b")]) }?.code == .invalidParameter)
      #expect(await failure { try await pool.query("SELECT $1::text[]", [.texts(["\0"])]) }?.code == .invalidParameter)
      let many = [PostgresValue](repeating: 1, count: 65_536)
      #expect(await failure { try await pool.query("SELECT 1", many) }?.code == .invalidParameter)
    }
  }
}
