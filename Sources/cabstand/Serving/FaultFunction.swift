#if DEBUG
  import FunctionKit
  import Glibc

  /// A function that fails in the ways that no function should, for tests of the supervisor.
  ///
  /// Production cannot have it: release builds do not contain it, and debug builds host it only where CABSTAND_FAULTS is set.
  struct FaultFunction: Function {
    static let handler = "Faults"

    /// Its function.yaml.
    static let specification = """
      apiVersion: nuclio.io/v1
      kind: NuclioFunction
      metadata: {name: faults}
      spec:
        description: Fails in the ways that no function should.
        handler: Faults
        eventTimeout: 2s
        triggers:
          http:
            kind: http
            numWorkers: 64
            attributes: {ingresses: {main: {paths: [/v1/faults], methods: [POST]}}}
      """

    static var isWanted: Bool { Environment.text("CABSTAND_FAULTS") != nil }

    init(_ setup: FunctionSetup) throws {}

    func handle(_ event: Event, _ context: Context) async throws -> Response {
      let body = try? JSONValue(parsing: event.body)
      switch body?["fault"]?.text {
      case "trap":
        let bytes = event.body
        // An index from outside, unchecked: what traps in practice.
        return .json([bytes[Int(bytes.count) * 2]])
      case "trapInChild":
        return try await withThrowingTaskGroup(of: Response.self) { group in
          group.addTask { fatalError("a child task of an invocation") }
          return try await group.next() ?? .noContent
        }
      case "exit": exit(3)
      case "abort": abort()
      case "sleep":
        // Awaits, and does not look at its deadline.
        try await Task.sleep(for: .milliseconds(body?["milliseconds"]?.integer ?? 1_000))
        return .json(Array("{\"slept\":true}".utf8))
      default: return .json(Array("{\"processId\":\(getpid())}".utf8))
      }
    }
  }
#endif
