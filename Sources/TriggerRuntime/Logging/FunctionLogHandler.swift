import FunctionKit
import Logging

/// Hands what a function logs to its sinks; asks for the level each time, so that it can change while the function runs.
struct FunctionLogHandler: LogHandler {
  let log: FunctionLog
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  /// What the present invocation asks for.
  var invocation: InvocationLog?
  /// A level that the function itself has set.
  private var ownLevel: Logger.Level?

  init(_ log: FunctionLog) {
    self.log = log
  }

  var logLevel: Logger.Level {
    get {
      if let ownLevel { return ownLevel }
      let severity = log.severity
      guard let invocation else { return Logger.Level(severity: severity) }
      return Logger.Level(severity: min(severity, invocation.severity))
    }
    set { ownLevel = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let given = event.metadata { all.merge(given) { $1 } }
    let record = LogRecord(
      time: .realNow, level: event.level, label: log.name, message: event.message.description,
      metadata: all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) })
    log.write(record, invocation: invocation?.severity)
    invocation?.add(record)
  }
}
