import FunctionKit
import Logging
import Testing

@testable import TriggerRuntime

/// What functions saw, written down.
struct RecorderTests {
  private func order(_ functions: Set<String> = [], maxEvents: Int = 100, redact: [String] = []) -> RecordingOrder {
    RecordingOrder(
      id: "r", functions: functions, maxEvents: maxEvents,
      end: AdjustableClock.systemNow().advanced(by: .seconds(600)), redaction: Redaction(redact))
  }

  private func invoke(_ runtime: TriggerRuntime, _ id: String, _ body: String) async -> Response? {
    try? await runtime.invoke(
      function: "echo",
      Event(
        id: id, source: "/s", type: "t", subject: "ride-1", body: Array(body.utf8),
        request: HTTPRequestInfo(method: "POST", path: "/echo", headers: [("authorization", "Bearer x")])),
      as: .rider("r-1"))
  }

  private func runtime() async throws -> TriggerRuntime {
    var harness = Harness(Harness.httpFunction())
    harness.usesHTTP = false
    let runtime = try harness.makeRuntime { event, context in
      // The level of the tests' logger lets nothing less through.
      context.logger.critical("seen", metadata: ["bytes": "\(event.body.count)"])
      guard event.id != "bad" else { throw FunctionError(.conflict, code: "tooLate", "Too late.", field: "x") }
      return .json(event.body, status: 201)
    }
    try await runtime.prepare()
    return runtime
  }

  @Test func `events, answers, failures and log lines are there, in order`() async throws {
    let runtime = try await runtime()
    _ = await invoke(runtime, "before", "{}")
    try await runtime.startRecording(order(redact: ["authorization", "phone"]))
    _ = await invoke(runtime, "1", "{\"a\":1,\"rider\":{\"Phone\":\"123\"}}")
    _ = await invoke(runtime, "bad", "[]")
    await runtime.recorder.look()
    let recorded = try await runtime.recordedLines("r", from: 0, limit: 10)
    #expect(recorded.lines.count == 2 && recorded.dropped == 0)
    let first = try RecordedInvocation(line: recorded.lines[0])
    #expect(first.function == "echo" && first.version == "1" && first.caller == .rider("r-1"))
    #expect(first.event.id == "1" && first.event.subject == "ride-1" && first.event.trigger == .direct)
    #expect(first.event.request?.header("authorization") == Redaction.mark)
    #expect(!String(decoding: recorded.lines[0], as: UTF8.self).contains("123"))
    guard case .response(let status, _, _, let body) = first.outcome else {
      Issue.record("no response")
      return
    }
    let answer = try JSONValue(parsing: body)
    #expect(status == 201 && answer["a"]?.integer == 1)
    #expect(first.log.map(\.message) == ["seen"])
    let second = try RecordedInvocation(line: recorded.lines[1])
    #expect(second.outcome == .failure(kind: "conflict", code: "tooLate", message: "Too late.", field: "x"))
    #expect(second.sequence > first.sequence)
    // A line is the same after reading and writing.
    #expect(try RecordedInvocation(line: second.json()).json() == second.json())
    try await runtime.stopRecording()
    _ = await invoke(runtime, "after", "{}")
    await runtime.recorder.look()
    #expect(try await runtime.recordedLines("r", from: 0, limit: 10).lines.count == 2)
  }

  @Test func `a recording is bounded and counts what it dropped`() async throws {
    let runtime = try await runtime()
    try await runtime.startRecording(order(maxEvents: 3))
    for index in 0..<5 { _ = await invoke(runtime, "\(index)", "{}") }
    await runtime.recorder.look()
    let recorded = try await runtime.recordedLines("r", from: 0, limit: 10)
    #expect(recorded.lines.count == 3 && recorded.dropped == 2)
    #expect(try await runtime.recordedLines("r", from: 2, limit: 10).lines.count == 1)
  }

  @Test func `only what was asked for is recorded`() async throws {
    let runtime = try await runtime()
    try await runtime.startRecording(order(["other"]))
    _ = await invoke(runtime, "1", "{}")
    await runtime.recorder.look()
    #expect(try await runtime.recordedLines("r", from: 0, limit: 10).lines.isEmpty)
    var past = order()
    past.end = EventTime(unixMilliseconds: 0)
    try await runtime.startRecording(past)
    _ = await invoke(runtime, "1", "{}")
    await runtime.recorder.look()
    #expect(try await runtime.recordedLines("r", from: 0, limit: 10).lines.isEmpty)
  }

  @Test func `hidden fields are hidden at any depth and in any spelling`() {
    let redaction = Redaction(["accessToken"])
    let body = redaction.apply(toBody: Array("{\"x\":[{\"access_token\":{\"a\":1}}],\"y\":\"Access-Token\"}".utf8))
    #expect(
      String(decoding: body, as: UTF8.self) == "{\"x\":[{\"access_token\":\"[redacted]\"}],\"y\":\"Access-Token\"}")
    #expect(String(decoding: redaction.apply(toBody: Array("token=1".utf8)), as: UTF8.self) == "\"[redacted]\"")
    #expect(Redaction([]).apply(toBody: [0xFF]) == [0xFF])
  }
}
