/// Where lines of a log go.
protocol LogSink: Sendable {
  /// Takes a record; returns at once, and counts it as lost where there is no room for it.
  func write(_ record: LogRecord)

  /// Opens files anew, after something else has moved them away.
  func reopen()

  /// Waits until everything that was taken has gone out, or cannot.
  func flush() async

  /// How many records were lost.
  var lostCount: Int { get }
}

extension LogSink {
  func reopen() {}
}

/// How lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people.
  case human
  /// One JSON object a line.
  case json
}
