package import FunctionKit
package import Logging
import Synchronization

/// A function whose invocations are written down in the order in which they began: for runs in one task, such as a simulation.
package struct RecordedFunction: Function {
  /// Counts beginnings.
  package final class Counter: Sendable {
    private let value = Atomic<Int64>(0)

    package init() {}

    func next() -> Int64 { value.add(1, ordering: .relaxed).newValue }
  }

  private let name: String
  private let version: String
  private let function: any Function
  private let counter: Counter
  private let write: @Sendable (RecordedInvocation) -> Void

  package init(_ setup: FunctionSetup) throws {
    throw SetupError("a recorded function is made of another")
  }

  /// - Parameters:
  ///   - name: the function's name.
  ///   - version: its version.
  ///   - function: the function.
  ///   - counter: shared by all functions of a run.
  ///   - write: gets each invocation when it has ended.
  package init(
    name: String, version: String, function: any Function, counter: Counter,
    write: @escaping @Sendable (RecordedInvocation) -> Void
  ) {
    self.name = name
    self.version = version
    self.function = function
    self.counter = counter
    self.write = write
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let lines = CapturedLines()
    var inner = context
    inner.logger = Logger.silent("recording").capturing(lines)
    var invocation = RecordedInvocation(
      function: name, version: version, event: event, caller: context.caller, attempt: context.attempt,
      time: context.now, sequence: counter.next(), outcome: .fault(""), log: [])
    let result: Result<Response, any Error>
    do {
      result = .success(try await function.handle(event, inner))
    } catch {
      result = .failure(error)
    }
    invocation.outcome = .init(result)
    invocation.log = lines.all
    write(invocation)
    return try result.get()
  }
}

extension Logger {
  /// A logger at level info whose lines nobody sees.
  package static func silent(_ label: String) -> Logger { Logger(label: label) { _ in SilentLogHandler() } }
}

/// Forgets lines, but has a level, so that functions make them.
private struct SilentLogHandler: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {}
}
