import EmbeddedStores
import FunctionKit
import Logging
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// The circuit breaker of a binding, on a store that goes away.
  @Suite("Circuit breakers of stores", .enabled(if: StoreTools.areThere))
  struct StoreBreakerTests {
    @Test("It opens against a Redis that fails, refuses calls, and closes when Redis is back")
    func redis() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let redis = RedisServer(configuration: .init(directory: "\(folder.path)/redis"), logger: quiet)
      try await redis.start()
      let file = try folder.write(
        """
        circuitBreakers:
          store: {consecutiveFailures: 5, open: 500ms}
        targets:
          bindings:
            redis: {circuitBreaker: store}
        """, to: "resilience.yaml")
      let server = try await Server.start(["--workers", "1", "--redis-url", redis.url, "--resilience", file])
      defer { server.folder.remove() }
      func ping() async throws -> HTTPReply {
        let ping = #"{"driver": "d", "time": \#(try await server.now()), "latitude": 37.7, "longitude": -122.4}"#
        return try await server.post("/v1/pings", ping)
      }
      func count(_ metric: String) async throws -> Double {
        let text = String(buffer: try await server.get("/metrics").body)
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(metric){circuit=\"binding redis\"}") }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
      }
      #expect(try await ping().status == 200)
      #expect(try await count("cabstand_circuit_opened_total") == 0)

      await redis.stop()
      _ = try await eventually("an open circuit that refuses calls") { () async throws -> Bool? in
        let reply = try await ping()
        #expect(reply.status == 503 && reply.json?["code"]?.text == "storeUnavailable", "\(reply.status)")
        let (opened, refused) = (
          try await count("cabstand_circuit_opened_total"), try await count("cabstand_circuit_refusals_total")
        )
        return opened >= 1 && refused >= 1 ? true : nil
      }
      #expect(try await server.get("/readyz").status == 503)

      try await redis.start()
      _ = try await eventually("a closed circuit") { try await ping().status == 200 ? true : nil }
      _ = try await eventually("readiness") { try await server.get("/readyz").status == 200 ? true : nil }
      #expect(await server.stop() == .code(0))
      await redis.stop()
    }
  }
}
