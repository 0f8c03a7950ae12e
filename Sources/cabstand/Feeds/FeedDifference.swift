import FunctionKit
import TriggerRuntime

/// What a function did otherwise than when it was recorded.
struct FeedDifference: Sendable, Equatable {
  var line: Int
  var function: String
  var event: String
  /// What differs, such as `response.body.fare`.
  var path: String
  var recorded: String
  var now: String

  /// The differences of one invocation.
  /// - Parameters:
  ///   - line: where it stands in the feed.
  ///   - invocation: what was recorded.
  ///   - outcome: how it ended now.
  ///   - log: what was logged now.
  ///   - ignored: names of members that may differ.
  static func find(
    _ line: Int, _ invocation: RecordedInvocation, outcome: RecordedInvocation.Outcome, log: [RecordedInvocation.Line],
    ignored: Set<String>
  ) -> [FeedDifference] {
    var found: [(String, String, String)] = []
    func compare(_ path: String, _ recorded: String, _ now: String) {
      if recorded != now, recorded != Redaction.mark, !ignored.contains(path) { found.append((path, recorded, now)) }
    }
    switch (invocation.outcome, outcome) {
    case (
      .response(let status, let type, let headers, let body), .response(let status2, let type2, let headers2, let body2)
    ):
      compare("response.status", String(status), String(status2))
      compare("response.contentType", type ?? "none", type2 ?? "none")
      for name in Set(headers.keys).union(headers2.keys).sorted() where !ignored.contains(name) {
        compare("response.headers.\(name)", headers[name] ?? "none", headers2[name] ?? "none")
      }
      compareBodies(body, body2, ignored, &found)
    case (
      .failure(let kind, let code, let message, let field), .failure(let kind2, let code2, let message2, let field2)
    ):
      compare("error.kind", kind, kind2)
      compare("error.code", code, code2)
      compare("error.message", message, message2)
      compare("error.field", field ?? "none", field2 ?? "none")
    case (.stream(let status), .stream(let status2)): compare("response.status", String(status), String(status2))
    case (let first, let second) where first == second: break
    case (let first, let second): found.append(("outcome", text(first), text(second)))
    }
    let lines = invocation.log.filter { isTold($0) }
    let lines2 = log.filter { isTold($0) }
    for index in 0..<max(lines.count, lines2.count) where !ignored.contains("log") {
      let first = index < lines.count ? text(lines[index], ignored) : "nothing"
      let second = index < lines2.count ? text(lines2[index], ignored) : "nothing"
      if first != second { found.append(("log[\(index)]", first, second)) }
    }
    return found.map {
      FeedDifference(
        line: line, function: invocation.function, event: invocation.event.id, path: $0.0, recorded: $0.1, now: $0.2)
    }
  }

  /// Whether a line is at a level that both sides keep.
  private static func isTold(_ line: RecordedInvocation.Line) -> Bool { !["trace", "debug"].contains(line.level) }

  private static func text(_ line: RecordedInvocation.Line, _ ignored: Set<String>) -> String {
    let metadata = line.metadata.filter { !ignored.contains($0.key) }.sorted { $0.key < $1.key }
    return "\(line.level) \(line.message)" + metadata.map { " \($0.key)=\($0.value)" }.joined()
  }

  private static func text(_ outcome: RecordedInvocation.Outcome) -> String {
    switch outcome {
    case .response(let status, _, _, _): "an answer \(status)"
    case .stream(let status): "a stream \(status)"
    case .failure(_, let code, let message, _): "\(code): \(message)"
    case .fault(let text): text
    }
  }

  // MARK: Bodies

  private static func compareBodies(
    _ recorded: [UInt8], _ now: [UInt8], _ ignored: Set<String>, _ found: inout [(String, String, String)]
  ) {
    guard recorded != now else { return }
    guard let first = try? JSONValue(parsing: recorded), let second = try? JSONValue(parsing: now) else {
      found.append(("response.body", short(recorded), short(now)))
      return
    }
    compare("response.body", first, second, ignored, &found)
  }

  private static func compare(
    _ path: String, _ recorded: JSONValue, _ now: JSONValue, _ ignored: Set<String>,
    _ found: inout [(String, String, String)]
  ) {
    switch (recorded, now) {
    case (.object(let first), .object(let second)):
      for name in Set(first.keys).union(second.keys).sorted() where !ignored.contains(name) {
        switch (first[name], second[name]) {
        case (let one?, let other?): compare("\(path).\(name)", one, other, ignored, &found)
        case (let one?, nil): found.append(("\(path).\(name)", short(one), "nothing"))
        case (nil, let other?): found.append(("\(path).\(name)", "nothing", short(other)))
        case (nil, nil): break
        }
      }
    case (.array(let first), .array(let second)):
      if first.count != second.count { found.append(("\(path).count", String(first.count), String(second.count))) }
      for (index, pair) in zip(first, second).enumerated() {
        compare("\(path)[\(index)]", pair.0, pair.1, ignored, &found)
      }
    case (.string(Redaction.mark), _): break
    default: if recorded != now { found.append((path, short(recorded), short(now))) }
    }
  }

  private static func short(_ value: JSONValue) -> String { short(JSONWriter.bytes { $0.value(value) }) }

  private static func short(_ bytes: [UInt8]) -> String {
    bytes.isEmpty ? "nothing" : String(decoding: bytes.prefix(120), as: UTF8.self) + (bytes.count > 120 ? "…" : "")
  }
}
