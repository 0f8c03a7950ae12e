public import FunctionKit
public import Logging
public import ServiceLifecycle
import Synchronization

/// The logs of a process and of its functions: which sinks they go to, and at which level.
///
/// As a service it does nothing until the end, when it sees to it that the last lines go out.
public final class FunctionLogs: Service {
  private struct State {
    var sinks: [LogTarget: any LogSink] = [:]
    var functions: [String: FunctionLog] = [:]
    var publisher: (any EventPublisher)?
  }

  /// The level of one function's log.
  public struct Level: Sendable, Equatable {
    /// The function's name.
    public var function: String
    /// The least severe level that is logged.
    public var level: Logger.Level
    /// Whether it was set while running.
    public var isOverridden: Bool
  }

  /// How long the last lines may take at the end.
  private static let flushLimit = Duration.seconds(2)

  private let format: LogFormat
  private let level: Logger.Level
  private let standard: any LogSink
  private let state = Mutex(State())

  /// Creates the logs of a process, whose own go to stderr.
  /// - Parameters:
  ///   - format: how lines are written to stderr.
  ///   - level: the least severe level where a function does not say.
  public convenience init(format: LogFormat = .human, level: Logger.Level = .info) {
    self.init(format: format, level: level, standard: LineLogSink(.standardError(), format: format))
  }

  init(format: LogFormat = .human, level: Logger.Level = .info, standard: any LogSink) {
    self.format = format
    self.level = level
    self.standard = standard
  }

  /// Tells where sinks of the kind `stream:` publish.
  /// - Parameter publisher: the streams.
  public func connect(_ publisher: any EventPublisher) {
    state.withLock { $0.publisher = publisher }
  }

  /// A logger for the process itself.
  /// - Parameter label: who logs.
  public func logger(_ label: String) -> Logger {
    Logger(label: label) { label in
      FunctionLogHandler(FunctionLog(name: label, outputs: [.init(level: self.level, sink: self.standard)]))
    }
  }

  /// A function's logger, by its `spec.loggerSinks`.
  /// - Throws: `SetupError` where a sink is unknown or cannot be opened.
  func open(_ specification: FunctionSpecification) throws -> Logger {
    var outputs: [FunctionLog.Output] = []
    for sink in specification.loggerSinks {
      let target: LogTarget
      do {
        target = try LogTarget(sink.sink)
      } catch {
        throw SetupError("function \(specification.name): \(error)")
      }
      let level = Logger.Level(name: sink.level) ?? self.level
      outputs.append(.init(level: level, sink: try open(target, specification.name)))
    }
    if outputs.isEmpty { outputs = [.init(level: level, sink: standard)] }
    let log = FunctionLog(name: specification.name, outputs: outputs)
    state.withLock { $0.functions[specification.name] = log }
    return Logger(label: specification.name) { _ in FunctionLogHandler(log) }
  }

  private func open(_ target: LogTarget, _ function: String) throws -> any LogSink {
    if let sink = state.withLock({ $0.sinks[target] }) { return sink }
    let sink: any LogSink
    switch target {
    case .standard: return standard
    case .none: sink = NoLogSink()
    case .standardError(let format):
      if format == self.format { return standard }
      sink = LineLogSink(.standardError(), format: format)
    case .file(let path, let format, let maxBytes, let keep):
      guard let file = LogFile(path: path, maxBytes: maxBytes, keep: keep) else {
        throw SetupError("function \(function): the log file \(path) cannot be opened")
      }
      sink = LineLogSink(file, format: format)
    case .http(let url):
      sink = BatchLogSink { records in try await Self.post(records, to: url) }
    case .stream(let topic):
      sink = BatchLogSink { [weak self] records in try await self?.publish(records, to: topic) }
    }
    state.withLock { $0.sinks[target] = sink }
    return sink
  }

  private static func post(_ records: [LogRecord], to url: OutgoingURL) async throws {
    let reply = try await OutgoingHTTPClient().send(
      "POST", url, headers: [("content-type", "application/x-ndjson")], body: records.flatMap { $0.json() },
      timeout: .seconds(5))
    guard (200..<300).contains(reply.status) else { throw OutgoingHTTPError.refused(reply.status) }
  }

  private func publish(_ records: [LogRecord], to topic: String) async throws {
    guard let publisher = state.withLock({ $0.publisher }) else { throw CancellationError() }
    let events = records.map { record in
      Event(
        id: String(UInt64.random(in: .min ... .max), radix: 36), source: "/cabstand/functions/\(record.label)",
        type: "cabstand.function.logged.v1", subject: record.label, time: record.time,
        dataContentType: "application/json", body: JSONWriter.bytes { record.write(&$0) })
    }
    try await publisher.publish(events, to: topic)
  }

  // MARK: While running

  /// The levels of all functions' logs, in the order of their names.
  public func levels() -> [Level] {
    state.withLock { state in
      state.functions.values.map { log in
        Level(
          function: log.name, level: Logger.Level(severity: log.severity), isOverridden: log.overriddenLevel != nil)
      }.sorted { $0.function < $1.function }
    }
  }

  /// Changes the level of a function's log.
  /// - Parameters:
  ///   - level: the least severe level that is logged; nil goes back to what function.yaml says.
  ///   - function: the function's name.
  /// - Returns: false where there is no function of that name.
  @discardableResult
  public func setLevel(_ level: Logger.Level?, of function: String) -> Bool {
    guard let log = state.withLock({ $0.functions[function] }) else { return false }
    log.set(level)
    return true
  }

  /// Opens files anew, after something else has moved them away.
  public func reopen() {
    for sink in state.withLock({ Array($0.sinks.values) }) { sink.reopen() }
  }

  /// How many lines were lost because a sink was too slow or could not be reached.
  public var lostCount: Int { state.withLock { $0.sinks.values.reduce(standard.lostCount) { $0 + $1.lostCount } } }

  /// Waits until the lines that were logged have gone out.
  public func flush() async {
    for sink in state.withLock({ Array($0.sinks.values) }) { await sink.flush() }
    await standard.flush()
  }

  /// Waits for the end and sees to it that the last lines go out.
  public func run() async throws {
    await LastWords.say(within: Self.flushLimit) { await self.flush() }
  }
}

/// Forgets everything.
private struct NoLogSink: LogSink {
  var lostCount: Int { 0 }
  func write(_ record: LogRecord) {}
  func flush() async {}
}
