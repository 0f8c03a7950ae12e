import FunctionKit
import Logging
import Testing

@testable import TriggerRuntime

/// What callers may ask of the log of their own invocation.
@Suite(.timeLimit(.minutes(8)))
struct InvocationLogTests {
  private func ask(
    _ headers: [(name: String, value: String)], allowed: Bool = true, mode: String = "rest", lines: Int = 1
  ) async throws -> (reply: OutgoingReply, logged: [String]) {
    let sink = RecordingSink()
    var set = FunctionSet()
    set.http.allowsInvocationLogs = allowed
    set.configuration.logs = FunctionLogs(level: .info, standard: sink)
    set.add("f") { event, context in
      context.logger.debug("detail é", metadata: ["answer": "42"])
      for number in 0..<lines { context.logger.info("done \(number) \(String(repeating: "x", count: 60))") }
      if event.subject == "bad" { throw FunctionError(.conflict, code: "taken", "is taken") }
      return .noContent
    }
    if mode == "rest" {
      set.functions[0].yaml = set.functions[0].yaml.replacing("mode: cloudevents", with: "mode: rest")
    }
    return try await set.run { running in
      let event = Event(id: "1", source: "/s", type: "t", subject: mode == "failing" ? "bad" : nil)
      return (
        try await running.post(CloudEventsMessage(event), headers: headers), sink.records.value.map(\.message)
      )
    }
  }

  private func messages(_ header: String?) throws -> [String] {
    let header = try #require(header)
    #expect(header.utf8.count <= InvocationLog.maxHeaderBytes)
    #expect(header.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    return try JSONValue(parsing: Array(header.utf8)).elements?.compactMap { $0["message"]?.text } ?? []
  }

  @Test(arguments: ["rest", "cloudevents"])
  func theLevelAndTheLinesOfOneInvocation(mode: String) async throws {
    let (plain, logged) = try await ask([], mode: mode)
    #expect(plain.status == 204 && plain.header("x-cabstand-logs") == nil)
    #expect(!logged.contains("detail é"))
    let (both, all) = try await ask([("X-Cabstand-Log-Level", "debug"), ("X-Cabstand-Logs", "true")], mode: mode)
    #expect(try messages(both.header("x-cabstand-logs")).first == "detail é")
    #expect(all.contains("detail é"))
    let (lines, quiet) = try await ask([("X-Cabstand-Logs", "true")], mode: mode)
    #expect(try messages(lines.header("x-cabstand-logs")).count == 1)
    #expect(!quiet.contains("detail é"))
  }

  @Test func nucliosNamesDoTheSame() async throws {
    let (reply, logged) = try await ask([("X-Nuclio-Log-Level", "DEBUG"), ("X-Nuclio-Logs", "1")])
    #expect(try messages(reply.header("x-nuclio-logs")).count == 2)
    #expect(logged.contains("detail é"))
  }

  @Test func linesComeBackWithAFailureToo() async throws {
    for mode in ["failing"] {
      let (reply, _) = try await ask([("X-Cabstand-Logs", "true")], mode: mode)
      #expect(reply.status == 409)
      #expect(try messages(reply.header("x-cabstand-logs")).count == 1)
    }
  }

  @Test func manyLinesKeepTheLast() async throws {
    let (reply, _) = try await ask([("X-Cabstand-Logs", "true")], lines: 200)
    let kept = try messages(reply.header("x-cabstand-logs"))
    #expect(kept.last?.hasPrefix("done 199 ") == true)
    #expect(reply.header("x-cabstand-logs-dropped") == String(200 - kept.count))
  }

  @Test func strangersGetNothing() async throws {
    let (reply, logged) = try await ask(
      [("X-Cabstand-Log-Level", "trace"), ("X-Cabstand-Logs", "true")], allowed: false)
    #expect(reply.header("x-cabstand-logs") == nil && !logged.contains("detail é"))
    let (odd, _) = try await ask([("X-Cabstand-Log-Level", "loud")])
    #expect(odd.status == 204)
  }
}
