/// Sends records in batches to somewhere else; what cannot be sent, or does not fit, is lost and counted.
final class BatchLogSink: LogSink {
  private let queue: BatchQueue<LogRecord>

  /// Creates a sink.
  /// - Parameter send: sends a batch within a time of its own.
  init(send: @escaping @Sendable ([LogRecord]) async throws -> Void) {
    queue = BatchQueue(capacity: 10_000, batchSize: 500, linger: .milliseconds(200)) { records in
      (try? await send(records)) != nil
    }
  }

  var lostCount: Int { queue.droppedCount }

  func write(_ record: LogRecord) { queue.add(record) }

  func flush() async { await queue.flush() }
}
