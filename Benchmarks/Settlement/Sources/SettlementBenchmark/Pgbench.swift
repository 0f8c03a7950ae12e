import EmbeddedStores
import Glibc

/// PostgreSQL's own benchmark with as many rows per transaction as settlements have: per settlement a ride and a quote are read, a ride
/// is changed, and a charge, two entries, five postings and a message with its mark are added.
struct Pgbench {
  let connection: String

  /// Tables of the same shape, without the checks that keep the books.
  static let tables = """
    CREATE TABLE bench_rides (id bigint PRIMARY KEY, state text, version bigint) WITH (fillfactor = 85);
    INSERT INTO bench_rides SELECT n, 'completed', 0 FROM generate_series(0, 199999) AS n;
    CREATE TABLE bench_charges (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, names text[], amounts bigint[], details text[]);
    CREATE TABLE bench_entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ride text, purpose text, time bigint);
    CREATE INDEX ON bench_entries (ride, purpose);
    CREATE TABLE bench_postings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text, amount bigint);
    CREATE INDEX ON bench_postings (account) INCLUDE (amount);
    CREATE TABLE bench_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ride text, body text);
    CREATE TABLE bench_pending (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    """

  /// Settlements per second; nil where there is no pgbench.
  func settlementsPerSecond(perTransaction count: Int, clients: Int) -> Double? {
    let script = "/tmp/cabstand-pgbench-\(getpid()).sql"
    // Rides of one transaction lie together, and transactions go through them in order, so that no two wait for each other.
    let text = """
      \\set first random(0, \(200_000 / count - 1)) * \(count)
      BEGIN;
      SELECT * FROM bench_rides WHERE id BETWEEN :first AND :first + \(count - 1);
      UPDATE bench_rides SET state = 'settled', version = version + 1 WHERE id BETWEEN :first AND :first + \(count - 1);
      INSERT INTO bench_charges (names, amounts, details) SELECT '{base,distance,time}', '{255,387,293}',
        '{fare|base,fare|distance|distance=3.69 km,fare|time|time=567 s}' FROM generate_series(1, \(count));
      INSERT INTO bench_entries (ride, purpose, time) SELECT 'r' || :first, 'charge', 1700000090000
        FROM generate_series(1, \(count * 2));
      INSERT INTO bench_postings (account, amount) SELECT 'driver:cab-' || :first, 701 FROM generate_series(1, \(count * 5));
      INSERT INTO bench_outbox (ride, body) SELECT 'r' || :first, repeat('x', 600) FROM generate_series(1, \(count));
      INSERT INTO bench_pending SELECT FROM generate_series(1, \(count));
      COMMIT;
      """
    guard let file = fopen(script, "w") else { return nil }
    fputs(text, file)
    fclose(file)
    defer { unlink(script) }
    let programs = ["/usr/lib/postgresql/15/bin/pgbench", "/usr/lib/postgresql/16/bin/pgbench", "/usr/bin/pgbench"]
    guard let program = programs.first(where: { access($0, X_OK) == 0 }) else { return nil }
    let command =
      "\(program) -n -M prepared -f \(script) -c \(clients) -j 2 -T 8 '\(connection)' 2>/dev/null"
    guard let pipe = popen(command, "r") else { return nil }
    defer { pclose(pipe) }
    var answer = ""
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, 512, pipe) != nil { answer += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    for row in answer.split(separator: "\n") where row.hasPrefix("tps = ") {
      return row.dropFirst(6).split(separator: " ").first.flatMap { Double($0) }.map { $0 * Double(count) }
    }
    return nil
  }
}
