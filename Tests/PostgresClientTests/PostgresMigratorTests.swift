import Glibc
import Testing

@testable import PostgresClient

@Suite(.needsPostgres, .timeLimit(.minutes(8)))
struct PostgresMigratorTests {
  /// A database of its own, since the migrator owns a table.
  private func withDatabase(_ name: String, _ body: (PostgresPool) async throws -> Void) async throws {
    let connectionString = try await TestServer.connectionString()
    try await TestServer.withPool { pool in
      try await pool.query(PostgresStatement("DROP DATABASE IF EXISTS \(name) WITH (FORCE)"))
      try await pool.query(PostgresStatement("CREATE DATABASE \(name)"))
    }
    try await TestServer.withPool(connectionString: connectionString + " dbname=\(name)", body)
  }

  private func migrator(_ scripts: [(String, String)], _ pool: PostgresPool) throws -> PostgresMigrator {
    let migrations = try scripts.map { try PostgresMigration(name: $0.0, sql: $0.1) }
    return try PostgresMigrator(migrations, pool: pool, logger: TestServer.logger)
  }

  private let first = ("0001_riders.sql", "CREATE TABLE riders (id bigint); INSERT INTO riders VALUES (1);")
  private let second = (
    "0002_more.sql",
    "ALTER TABLE riders ADD COLUMN name text;\nDO $$ BEGIN UPDATE riders SET name = 'a;b'; END $$;"
  )
  private let third = ("0003_drivers", "CREATE TABLE drivers (id bigint)")

  @Test func migrationsRunOnceInOrder() async throws {
    try await withDatabase("migrate_order") { pool in
      #expect(try await migrator([second, first], pool).migrate() == ["0001_riders", "0002_more"])
      #expect(try await pool.query("SELECT name FROM riders").only().text("name") == "a;b")
      let all = try migrator([first, second, third], pool)
      let status = try await all.status()
      #expect(status.map(\.name) == ["0001_riders", "0002_more", "0003_drivers"])
      #expect(status.last?.standing == .pending)
      #expect(try await all.migrate() == ["0003_drivers"])
      #expect(try await all.migrate() == [])
      let applied = try await all.status().allSatisfy { if case .applied = $0.standing { true } else { false } }
      #expect(applied)
    }
  }

  @Test func driftIsRefusedBeforeAnythingIsChanged() async throws {
    try await withDatabase("migrate_drift") { pool in
      try await migrator([first, second], pool).migrate()
      let changed = try migrator([first, (second.0, second.1 + " "), third], pool)
      #expect(
        await failure { try await changed.migrate() }?.message == "0002_more was changed after it had been applied")
      #expect(try await changed.status()[1].standing == .changed)
      let missing = try migrator([first, third], pool)
      #expect(await failure { try await missing.migrate() }?.message == "0002_more was applied but is missing now")
      let inserted = try migrator([("0000_early", "SELECT 1"), first, second], pool)
      #expect(await failure { try await inserted.migrate() }?.code == .migration)
      #expect(try await inserted.status()[0].standing == .outOfOrder)
      #expect(try await pool.query("SELECT to_regclass('drivers')::text AS t").only().isNull("t"))
    }
  }

  @Test func aFailingScriptLeavesNothingOfItself() async throws {
    try await withDatabase("migrate_failure") { pool in
      let broken = try migrator([first, ("0002_broken", "CREATE TABLE half (id int); SELECT 1/0;")], pool)
      let error = await failure { try await broken.migrate() }
      #expect(error?.sqlState == "22012")
      #expect(error?.message.contains("0002_broken") == true)
      #expect(try await pool.query("SELECT to_regclass('half')::text AS t").only().isNull("t"))
      #expect(try await pool.query("SELECT count(*) FROM riders").only().int(0) == 1)
      #expect(try await broken.status().map(\.standing).last == .pending)
    }
  }

  @Test func twoMigratorsAtOnceDoTheWorkOnce() async throws {
    try await withDatabase("migrate_twice") { pool in
      let scripts = (1...12).map { number in
        ("\(String(repeating: "0", count: number < 10 ? 3 : 2))\(number)_step", "CREATE TABLE t\(number) (id int)")
      }
      let migrator = try migrator(scripts, pool)
      let done = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<3 { group.addTask { try await migrator.migrate() } }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(done.sorted() == scripts.map(\.0))
    }
  }

  @Test func namesAreChecked() async throws {
    for name in ["1_x.sql", "0001x.sql", "0001_.sql", "0001_A.sql", "abcd_x.sql", "0001_x y.sql", "１２３４_x"] {
      #expect(throws: PostgresError.self) { try PostgresMigration(name: name, sql: "") }
    }
    try await TestServer.withPool { pool in
      #expect(throws: PostgresError.self) { try migrator([first, ("0001_other", "")], pool) }
    }
  }

  @Test func aFolderIsReadInOrder() throws {
    var template = Array("/tmp/cabstand-migrations-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    for (name, text) in [("0002_b.sql", "B"), ("0001_a.sql", "A"), ("README.md", "no")] {
      let file = try #require(fopen("\(folder)/\(name)", "w"))
      fputs(text, file)
      fclose(file)
    }
    defer {
      for name in ["0002_b.sql", "0001_a.sql", "README.md"] { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }
    let migrations = try PostgresMigration.load(folder: folder)
    #expect(migrations.map(\.name) == ["0001_a", "0002_b"])
    #expect(migrations.map(\.sql) == ["A", "B"])
    #expect(throws: PostgresError.self) { try PostgresMigration.load(folder: "/nonexistent") }
  }
}
