import Logging
import Synchronization

/// A function's log: its sinks, and the level that counts at present.
final class FunctionLog: Sendable {
  /// A sink and the least severe level that it is given.
  struct Output: Sendable {
    var level: Logger.Level
    var sink: any LogSink
  }

  /// No level: the outputs' own hold.
  private static let none: UInt8 = 0xFF

  let name: String
  private let outputs: [Output]
  private let lowest: UInt8
  private let override = Atomic<UInt8>(FunctionLog.none)

  init(name: String, outputs: [Output]) {
    self.name = name
    self.outputs = outputs
    lowest = outputs.map(\.level.severity).min() ?? 6
  }

  /// The least severity that goes anywhere.
  var severity: UInt8 {
    let override = override.load(ordering: .relaxed)
    return override == Self.none ? lowest : override
  }

  /// The level that was set while running; nil where the function.yaml's hold.
  var overriddenLevel: Logger.Level? {
    let override = override.load(ordering: .relaxed)
    return override == Self.none ? nil : Logger.Level(severity: override)
  }

  /// Sets the level of all outputs; nil goes back to what function.yaml says.
  func set(_ level: Logger.Level?) {
    override.store(level?.severity ?? Self.none, ordering: .relaxed)
  }

  /// Hands a record to the outputs.
  /// - Parameters:
  ///   - record: the record.
  ///   - invocation: the level that the present invocation asks for.
  func write(_ record: LogRecord, invocation: UInt8?) {
    let severity = record.level.severity
    let limit = min(override.load(ordering: .relaxed), invocation ?? Self.none)
    for output in outputs
    where limit == Self.none ? severity >= output.level.severity : isWanted(severity, limit, output) {
      output.sink.write(record)
    }
  }

  private func isWanted(_ severity: UInt8, _ limit: UInt8, _ output: Output) -> Bool {
    // An override replaces the outputs' levels; an invocation only ever adds to what is logged.
    let base = override.load(ordering: .relaxed) == Self.none ? output.level.severity : limit
    return severity >= min(base, limit)
  }
}
