import EmbeddedStores
import FunctionKit
import Glibc
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// A server on its private Redis and PostgreSQL.
  @Suite("Server on Redis and PostgreSQL", .enabled(if: StoreTools.areThere), .server("--clock", "adjustable"))
  struct StoreTests {
    let server: Server

    init() throws { server = try Server.ofSuite() }

    /// Ten minutes of a small city.
    private static let city = [
      "--city", "demo", "--requests", "40", "--fleet", "40", "--from", "17:00", "--to", "17:10",
    ]

    @Test("A ride from the shift to the settled fare; the audit finds nothing")
    func ride() async throws {
      // At the end city time stands still, so it is the stream of events that settles and not a sweep.
      _ = try await RideScript(server, "stores").play(stoppingTheClock: true)
      let audit = try await AuditOutcome(server)
      #expect(audit.code == 0)
      #expect(audit.violations.isEmpty)
      #expect(audit.rides == 1)
      #expect(audit.ledgerEntries == 2)
      let text = try await Program.run(["audit", "--data-dir", server.dataDirectory])
      #expect(text.code == 0)
      #expect(text.output.contains("every invariant holds"))
    }

    @Test("The audit names what was tampered with, and exits with 1")
    func violation() async throws {
      let settled = try await RideScript(server, "tampered").play()
      let id = try #require(settled["rideId"]?.text)
      func move(_ change: String) async throws {
        let outcome = try await StoreTools.sql("UPDATE rides SET \(change) WHERE ride_id = '\(id)'", on: server)
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
      try await move("started_at = started_at + 86400000")
      let audit = try await AuditOutcome(server)
      #expect(audit.code == 1)
      #expect(audit.violations.map(\.invariant) == ["stepsInOrder"])
      #expect(audit.violations.map(\.subject) == [id])
      let text = try await Program.run(["audit", "--data-dir", server.dataDirectory])
      #expect(text.code == 1)
      #expect(text.output.contains("stepsInOrder") && text.output.contains(id))
      try await move("started_at = started_at - 86400000")
      #expect(try await AuditOutcome(server).code == 0)
      // The books cannot even be tampered with.
      #expect(try await StoreTools.sql("DELETE FROM ledger_postings", on: server).code != 0)
    }

    @Test("Which migrations are applied can be asked while the server runs")
    func migrations() async throws {
      let status = try await Program.run(["migrate", "--status", "--data-dir", server.dataDirectory])
      #expect(status.code == 0, "\(status.errors)")
      let lines = status.output.split(separator: "\n")
      #expect(lines.count >= 5)
      #expect(lines.allSatisfy { $0.contains("  applied 20") }, "\(status.output)")
      let again = try await Program.run(["migrate", "--data-dir", server.dataDirectory])
      #expect(again.code == 0, "\(again.errors)")
      #expect(again.output.contains("nothing to do"))
    }

    @Test("An audit of a database whose schema is behind names the migrations and the command; a newer one is refused")
    func auditOfAnotherSchema() async throws {
      let url = try #require(try server.card.postgresURL)
      #expect(try await StoreTools.sql("CREATE DATABASE behind", on: server).code == 0)
      let behind = "\(url) dbname=behind"
      let stores = ["--postgres-url", behind, "--redis-url", try #require(try server.card.redisURL)]
      func audit() async throws -> Program.Outcome { try await Program.run(["audit"] + stores) }
      let empty = try await audit()
      #expect(empty.code == 2)
      #expect(empty.errors.contains("lacks") && empty.errors.contains("0001_record"), "\(empty)")
      #expect(empty.errors.contains("`cabstand migrate`"), "\(empty)")
      #expect(try await Program.run(["migrate", "--postgres-url", behind]).code == 0)
      #expect(try await audit().code == 0)
      func change(_ statement: String) async throws {
        let outcome = try await StoreTools.sql(statement, on: behind)
        #expect(outcome.code == 0, "\(outcome)")
      }
      try await change("DELETE FROM cabstand_migrations WHERE name = (SELECT max(name) FROM cabstand_migrations)")
      let one = try await audit()
      #expect(one.code == 2)
      #expect(one.errors.contains("lacks 1 migration ("), "\(one)")
      try await change("INSERT INTO cabstand_migrations (name, checksum) VALUES ('9999_future', '')")
      let newer = try await audit()
      #expect(newer.code == 2)
      #expect(newer.errors.contains("another version") && newer.errors.contains("9999_future"), "\(newer)")
    }

    @Test("Redis loses everything in the middle of a replay")
    func flush() async throws {
      let known = try await server.get("/v1/rides?limit=1000").json?["rides"]?.elements?.count ?? 0
      let replay = try ReplayRun.start(["--url", try server.address] + Self.city + ["--speed", "100"])
      try await replay.waits(for: known + 12, on: server)
      let flushed = try await StoreTools.redis(["FLUSHALL"], on: server)
      #expect(flushed.output.contains("OK"), "\(flushed)")
      (try await replay.report()).expectAllFinal(requests: 40)
      try await server.expectAllFinal()
      let audit = try await AuditOutcome(server)
      #expect(audit.violations.isEmpty, "\(audit.violations)")
      #expect(audit.code == 0)
    }

    @Test("The server is killed in the middle of a replay and started again")
    func crash() async throws {
      let known = try await server.get("/v1/rides?limit=1000").json?["rides"]?.elements?.count ?? 0
      let replay = try ReplayRun.start(["--url", try server.address] + Self.city + ["--speed", "60", "--seed", "2"])
      try await replay.waits(for: known + 12, on: server)
      try await server.kill()
      try await server.restart()
      (try await replay.report()).expectAllFinal(requests: 40)
      try await server.expectAllFinal()
      let audit = try await AuditOutcome(server)
      #expect(audit.violations.isEmpty, "\(audit.violations)")
      #expect(audit.code == 0)
      #expect(audit.rides >= 40)
    }

    @Test("No process is left after kill -9 of a server")
    func orphans() async throws {
      let other = try await Server.start([])
      #expect(ProcessList.naming(other.dataDirectory).count >= 3)
      try await other.kill()
      #expect(try await ProcessList.afterWaiting(other.dataDirectory).isEmpty)
      // A server that starts on the same data finds what was there and stops in order.
      try await other.restart()
      #expect(await other.stop() == .code(0))
      #expect(try await ProcessList.afterWaiting(other.folder.path).isEmpty)
      #expect(access("\(other.dataDirectory)/serve.json", F_OK) != 0)
      other.folder.remove()
    }
  }
}
