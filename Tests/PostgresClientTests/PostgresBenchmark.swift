import Glibc
import Testing

@testable import PostgresClient

/// Not a test of anything: prints how long a query takes. Run with `CABSTAND_BENCH=1` and in release mode.
@Suite(.serialized, .needsPostgres, .enabled("set CABSTAND_BENCH") { getenv("CABSTAND_BENCH") != nil })
struct PostgresBenchmark {
  @Test(arguments: [(1, 1), (1, 64), (2, 64), (4, 64), (8, 64)])
  func queries(connections: Int, callers: Int) async throws {
    try await TestServer.withPool(max: connections) { pool in
      try await pool.query("SELECT $1::bigint AS n", [1])
      let each = 20_000 / callers
      let clock = ContinuousClock()
      let took = try await clock.measure {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<callers {
            group.addTask {
              for number in 0..<each { try await pool.query("SELECT $1::bigint AS n", [.int(Int64(number))]) }
            }
          }
          try await group.waitForAll()
        }
      }
      print("\(connections) connections, \(callers) callers: \(took / (each * callers)) per query")
    }
  }
}
