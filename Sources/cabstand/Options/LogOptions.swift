import ArgumentParser
import Logging

/// How the command logs.
struct LogOptions: ParsableArguments, Sendable {
  @Option(help: "Least severe level that is logged: trace, debug, info, notice, warning, error (CABSTAND_LOG_LEVEL).")
  var logLevel: String?

  /// A logger to stderr.
  func logger(_ label: String) throws -> Logger {
    let text = logLevel ?? Environment.text("CABSTAND_LOG_LEVEL") ?? "info"
    guard let level = Logger.Level(rawValue: text) else {
      throw ValidationError("Unknown log level \(text).")
    }
    var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = level
    return logger
  }
}
