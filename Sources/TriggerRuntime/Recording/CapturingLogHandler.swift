package import Logging
import Synchronization

/// The lines of one invocation, for a recording.
package final class CapturedLines: Sendable {
  /// How many lines of one invocation are kept.
  private static let maxLines = 200

  private let lines = Mutex<[RecordedInvocation.Line]>([])

  package init() {}

  /// What was logged so far.
  package var all: [RecordedInvocation.Line] { lines.withLock { $0 } }

  func add(_ line: RecordedInvocation.Line) {
    lines.withLock { lines in
      if lines.count < Self.maxLines { lines.append(line) }
    }
  }
}

/// Passes lines on and keeps a copy.
///
/// Only what the line itself says is kept, not what stands around it, such as the trigger's name, which differs from run to run.
package struct CapturingLogHandler: LogHandler {
  private var base: any LogHandler
  private let lines: CapturedLines

  package init(_ base: any LogHandler, _ lines: CapturedLines) {
    self.base = base
    self.lines = lines
  }

  package var logLevel: Logger.Level {
    get { base.logLevel }
    set { base.logLevel = newValue }
  }

  package var metadata: Logger.Metadata {
    get { base.metadata }
    set { base.metadata = newValue }
  }

  package var metadataProvider: Logger.MetadataProvider? {
    get { base.metadataProvider }
    set { base.metadataProvider = newValue }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { base[metadataKey: key] }
    set { base[metadataKey: key] = newValue }
  }

  package func log(event: LogEvent) {
    lines.add(
      .init(
        level: event.level.rawValue, message: event.message.description,
        metadata: (event.metadata ?? [:]).mapValues(\.description)))
    base.log(event: event)
  }
}

extension Logger {
  /// This logger, whose lines are also kept.
  package func capturing(_ lines: CapturedLines) -> Logger {
    var logger = self
    logger.handler = CapturingLogHandler(handler, lines)
    return logger
  }
}
