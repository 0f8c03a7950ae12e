import EmbeddedStores
import FunctionKit
import Glibc
import Replay

/// Redis, PostgreSQL and their own clients.
enum StoreTools {
  /// Whether both servers can run here; says so where they cannot.
  static let areThere: Bool = {
    var missing: [String] = []
    if findExecutable("redis-server") == nil, findExecutable("valkey-server") == nil { missing.append("redis-server") }
    let folders = (9...40).map { "/usr/lib/postgresql/\($0)/bin" }
    if findExecutable("initdb", in: folders) == nil { missing.append("PostgreSQL") }
    if findExecutable("psql") == nil { missing.append("psql") }
    if findExecutable("redis-cli") == nil { missing.append("redis-cli") }
    if geteuid() == 0, findExecutable("setpriv") == nil { missing.append("setpriv") }
    if !missing.isEmpty {
      print("skipped: end to end on real stores, because \(missing.joined(separator: ", ")) is not installed")
    }
    return missing.isEmpty
  }()

  /// Runs SQL on the server's PostgreSQL.
  static func sql(_ statement: String, on server: Server) async throws -> Program.Outcome {
    try await sql(statement, on: try server.card.postgresURL ?? "")
  }

  /// Runs SQL on a database.
  static func sql(_ statement: String, on url: String) async throws -> Program.Outcome {
    try await Program.run(
      findExecutable("psql") ?? "psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement])
  }

  /// Runs a command on the server's Redis.
  static func redis(_ command: [String], on server: Server) async throws -> Program.Outcome {
    let socket = (try server.card.redisURL ?? "").replacing("unix://", with: "")
    return try await Program.run(findExecutable("redis-cli") ?? "redis-cli", ["-s", socket] + command)
  }
}

/// What `cabstand audit --json` found.
struct AuditOutcome {
  var code: Int32?
  var rides: Int
  var ledgerEntries: Int
  var violations: [(invariant: String, subject: String)]

  init(_ server: Server) async throws {
    let run = try await Program.run(["audit", "--json", "--data-dir", server.dataDirectory])
    guard let json = try? JSONValue(parsing: Array(run.output.utf8)), let rides = json["rides"]?.integer,
      let entries = json["ledgerEntries"]?.integer, let violations = json["violations"]?.elements
    else { throw Server.Failure(description: "the audit ended with \(run.code ?? -1): \(run.output) \(run.errors)") }
    code = run.code
    self.rides = rides
    ledgerEntries = entries
    self.violations = violations.map { ($0["invariant"]?.text ?? "", $0["subject"]?.text ?? "") }
  }
}
