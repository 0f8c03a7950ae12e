import Metrics

/// What the client counts; the labels are few and fixed.
struct RedisMetrics: Sendable {
  /// The ways a command is sent: the values of the label `kind`.
  enum Kind: String, CaseIterable {
    case command, pipeline, transaction, blocking
  }

  private let durations: [Kind: Timer]
  private let failures: [Kind: Counter]
  private let inFlight: Meter
  private let reconnects: Counter
  private let connectFailures: Counter
  private let redirects: Counter

  init() {
    durations = .init(
      uniqueKeysWithValues: Kind.allCases.map {
        ($0, Timer(label: "redis_command_duration", dimensions: [("kind", $0.rawValue)]))
      })
    failures = .init(
      uniqueKeysWithValues: Kind.allCases.map {
        ($0, Counter(label: "redis_command_failures", dimensions: [("kind", $0.rawValue)]))
      })
    inFlight = Meter(label: "redis_commands_in_flight")
    reconnects = Counter(label: "redis_reconnects")
    connectFailures = Counter(label: "redis_connect_failures")
    redirects = Counter(label: "redis_cluster_redirects")
  }

  /// So many commands were written.
  func sent(_ count: Int) { inFlight.increment(by: Double(count)) }

  /// So many commands were answered, or lost with their connection.
  func answered(_ count: Int) { inFlight.decrement(by: Double(count)) }

  /// A connection that was lost is there again.
  func reconnected() { reconnects.increment() }

  /// A connection was lost or an attempt to connect failed.
  func failedToConnect() { connectFailures.increment() }

  /// A node of a cluster named another node.
  func redirected() { redirects.increment() }

  /// Records how long something took and whether it failed.
  func record(_ kind: Kind, nanoseconds: Int64, failed: Bool) {
    durations[kind]?.recordNanoseconds(nanoseconds)
    if failed { failures[kind]?.increment() }
  }
}
