import ArgumentParser
import Logging
import TriggerRuntime

/// How the command logs.
struct LogOptions: ParsableArguments, Sendable {
  @Option(help: "Least severe level that is logged: trace, debug, info, notice, warning, error (CABSTAND_LOG_LEVEL).")
  var logLevel: String?

  @Option(help: "How the log of serve is written: human or json (CABSTAND_LOG_FORMAT).")
  var logFormat: String?

  /// The logs of a server and its functions.
  func functionLogs() throws -> FunctionLogs {
    let text = logFormat ?? Environment.text("CABSTAND_LOG_FORMAT") ?? "human"
    guard let format = LogFormat(rawValue: text) else {
      throw ValidationError("--log-format must be human or json, found \(text).")
    }
    return FunctionLogs(format: format, level: try level())
  }

  /// A logger to stderr.
  func logger(_ label: String) throws -> Logger {
    let level = try level()
    var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = level
    return logger
  }

  private func level() throws -> Logger.Level {
    let text = logLevel ?? Environment.text("CABSTAND_LOG_LEVEL") ?? "info"
    guard let level = Logger.Level(rawValue: text) else {
      throw ValidationError("Unknown log level \(text).")
    }
    return level
  }
}
