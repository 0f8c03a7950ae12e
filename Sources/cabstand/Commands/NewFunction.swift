/// The files of a new function, and what makes them known.
struct NewFunction {
  let name: String

  /// The name of its type and target.
  var type: String { name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }

  /// New files by path.
  var files: [(path: String, text: String)] {
    [
      ("functions/\(name)/function.yaml", specification), ("functions/\(name)/\(type).swift", code),
      ("Tests/FunctionTests/\(type)/\(type)Tests.swift", test),
    ]
  }

  /// Changes of files that are there; nil where the file is not as expected.
  var changes: [(path: String, change: (String) -> String?)] {
    [
      ("Package.swift", { Self.insert("  (\"\(name)\", \"\(type)\"),", prefix: "  (\"", into: $0) }),
      (
        "Sources/cabstand/Catalog/FunctionCatalog.swift",
        { text in
          Self.insert("import \(type)", prefix: "import ", into: text).flatMap {
            Self.insert(
              "      entry(\"\(name)\", \(type).self, \"\(type)\", \(type).specification),", prefix: "      entry(\"",
              into: $0)
          }
        }
      ),
    ]
  }

  /// Puts a line where it belongs in the first run of lines with a prefix, which are in alphabetical order.
  static func insert(_ line: String, prefix: String, into text: String) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard !lines.contains(line), let start = lines.firstIndex(where: { $0.hasPrefix(prefix) }) else { return nil }
    let end = lines[start...].firstIndex { !$0.hasPrefix(prefix) } ?? lines.endIndex
    lines.insert(line, at: lines[start..<end].firstIndex { $0 > line } ?? end)
    return lines.joined(separator: "\n")
  }

  private var specification: String {
    """
    apiVersion: nuclio.io/v1
    kind: NuclioFunction
    metadata:
      name: \(name)
    spec:
      description: Answers with the time in which it saw an event.
      handler: \(type)
      version: "1"
      eventTimeout: 5s
      triggers:
        events:
          kind: http
          numWorkers: 4
          attributes:
            mode: cloudevents
            types: [cabstand.\(name.filter { $0 != "-" }).requested.v1]
            ingresses:
              events: {paths: ["/v1/events"], methods: [POST]}

    """
  }

  private var code: String {
    """
    package import FunctionKit
    import Logging

    /// Answers with the time in which it saw an event.
    package struct \(type): Function {
      /// The text of its function.yaml.
      package static var specification: [UInt8] { PackageResources.function_yaml }

      package init(_ setup: FunctionSetup) throws {
        // Data bindings that function.yaml names come from here: rides = try setup.binding("rides")
      }

      package func handle(_ event: Event, _ context: Context) async throws -> Response {
        guard !event.body.isEmpty else {
          throw FunctionError(.badInput, code: "missingBody", "Expected a body.", field: "data")
        }
        context.logger.debug("seen", metadata: ["event": .string(event.id)])
        let answer = JSONWriter.bytes { json in
          json.object { json in json.member("seenAt", context.now.rfc3339) }
        }
        return .json(answer)
      }
    }

    """
  }

  private var test: String {
    """
    import FunctionKit
    import Logging
    import Testing
    import \(type)

    @Suite("\(name)")
    struct \(type)Tests {
      private func call(_ body: String) async throws -> Response {
        let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let function = try \(type)(FunctionSetup(name: "\(name)", bindings: [:], clock: clock, logger: logger))
        let event = Event(
          id: "1", source: "/test", type: "cabstand.\(name.filter { $0 != "-" }).requested.v1", body: Array(body.utf8))
        let context = Context(
          functionName: "\(name)", logger: logger, deadline: .now + .seconds(60), clock: clock)
        return try await function.handle(event, context)
      }

      @Test("It answers with the time of its clock")
      func answers() async throws {
        let response = try await call("{}")
        #expect(response.status == 200)
        guard case .bytes(let bytes) = response.body else {
          Issue.record("no body")
          return
        }
        #expect(String(decoding: bytes, as: UTF8.self).contains("1970-01-01T00:00:00"))
      }

      @Test("An event without a body is refused")
      func empty() async throws {
        await #expect(throws: FunctionError.self) { try await call("") }
      }
    }

    """
  }
}
