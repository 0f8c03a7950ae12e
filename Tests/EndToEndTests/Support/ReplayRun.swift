import EmbeddedStores
import FunctionKit
import Replay
import Testing

/// A `cabstand replay` in a process of its own.
struct ReplayRun: Sendable {
  let folder: TestFolder
  let child: ChildProcess

  /// Starts one; its report goes to a file.
  static func start(_ arguments: [String]) throws -> ReplayRun {
    let folder = try TestFolder()
    let child = try Program.start(
      ["replay", "--json"] + arguments, output: "\(folder.path)/report", errors: "\(folder.path)/progress")
    return ReplayRun(folder: folder, child: child)
  }

  /// Waits for the report.
  func report() async throws -> JSONValue {
    defer { folder.remove() }
    let outcome = await Program.outcome(
      of: child, output: "\(folder.path)/report", errors: "\(folder.path)/progress")
    #expect(outcome.code == 0, "\(outcome.errors.suffix(2_000))")
    return try JSONValue(parsing: Array(outcome.output.utf8))
  }

  /// Waits until the server has taken so many requests for rides.
  func waits(for requests: Int, on server: Server) async throws {
    _ = try await eventually("\(requests) requests") { () async throws -> Bool? in
      if let status = child.exitStatus { throw Server.Failure(description: "the replay ended early: \(status)") }
      let rides = try? await server.get("/v1/rides?limit=1000").json?["rides"]?.elements
      return (rides?.count ?? 0) >= requests ? true : nil
    }
  }
}

extension JSONValue {
  /// Checks that every request of a replay's report came to an end.
  func expectAllFinal(requests: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
    let text = "\(self)"
    func count(_ name: String) -> Int { self[name]?.integer ?? -1 }
    if let requests { #expect(count("requests") == requests, "\(text)", sourceLocation: sourceLocation) }
    #expect(count("requests") > 0, "\(text)", sourceLocation: sourceLocation)
    #expect(count("unfinished") == 0, "\(text)", sourceLocation: sourceLocation)
    #expect(count("unsettled") == 0, "\(text)", sourceLocation: sourceLocation)
    let ends = ["served", "expired", "cancelled", "unreached", "refused", "failed"].map(count)
    #expect(ends.reduce(0, +) == count("requests"), "\(text)", sourceLocation: sourceLocation)
    #expect(self["interrupted"] == .bool(false), sourceLocation: sourceLocation)
  }
}

extension Server {
  /// Checks that every ride that the server knows is in a final state.
  func expectAllFinal(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    for state in ["requested", "offered", "accepted", "arrived", "started", "completed"] {
      let rides = try await get("/v1/rides?state=\(state)").json?["rides"]?.elements
      #expect(rides?.isEmpty == true, "\(state): \(String(describing: rides))", sourceLocation: sourceLocation)
    }
  }
}
