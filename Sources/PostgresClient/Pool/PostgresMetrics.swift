internal import Metrics

/// The metrics of a pool. Labels are bounded: the outcome and the use of a connection, never a statement.
struct PostgresMetrics: Sendable {
  /// How long a statement or pipeline took, waiting included.
  private let duration = Metrics.Timer(label: "postgres_query_duration_seconds", preferredDisplayUnit: .seconds)
  /// Connections in the hands of a transaction, a script or a `COPY`.
  private let leased = Gauge(label: "postgres_pool_leased_connections")
  /// All open connections.
  private let open = Gauge(label: "postgres_pool_open_connections")
  /// Callers waiting for a connection.
  private let waiting = Gauge(label: "postgres_pool_waiting")
  /// Transactions tried again on the server's request.
  private let retries = Counter(label: "postgres_transaction_retries_total")
  /// Connections lost or not made.
  private let connectFailures = Counter(label: "postgres_connect_failures_total")
  private let failures: [PostgresError.Code: Counter]

  init() {
    let codes: [PostgresError.Code] = [
      .connectionLost, .connectFailed, .timeout, .cancelled, .server, .poolExhausted, .poolClosed,
    ]
    failures = Dictionary(
      uniqueKeysWithValues: codes.map { code in
        (code, Counter(label: "postgres_query_failures_total", dimensions: [("code", code.description)]))
      })
  }

  func took(since start: MonotonicTime) {
    duration.recordNanoseconds(Int64(clamping: MonotonicTime.now.since(start)))
  }

  func set(leased count: Int) { leased.record(count) }

  func set(open count: Int) { open.record(count) }

  func set(waiting count: Int) { waiting.record(count) }

  func retried() { retries.increment() }

  func connectFailed() { connectFailures.increment() }

  func failed(_ code: PostgresError.Code) { failures[code]?.increment() }
}
