public import ServiceLifecycle
import Synchronization

/// How the invocations of the last minute went, by function and trigger: for people, from the same histograms that Prometheus reads.
public final class InvocationStatistics: Service {
  /// How the invocations of one trigger went.
  public struct Summary: Sendable {
    /// How many there were.
    public var count: Int
    /// How many a second.
    public var perSecond: Double
    /// The share that failed through no fault of the caller, 0 to 1.
    public var failedShare: Double
    /// The share that was the caller's fault, 0 to 1.
    public var rejectedShare: Double
    /// Half of them took no longer, in seconds; nil where there were none.
    public var p50Seconds: Double?
    /// 99 of 100 took no longer, in seconds; nil where there were none.
    public var p99Seconds: Double?
  }

  private struct Snapshot: Sendable {
    var time: ContinuousClock.Instant
    var readings: [String: HistogramReading]
  }

  private static let interval = Duration.seconds(5)
  /// A minute, and the snapshot at its beginning.
  private static let maxSnapshots = 13

  private let metrics: PrometheusMetrics
  private let snapshots: Mutex<[Snapshot]>

  /// Creates statistics of what is recorded from now on.
  /// - Parameter metrics: where invocations are recorded.
  public init(metrics: PrometheusMetrics) {
    self.metrics = metrics
    snapshots = Mutex([Self.take(metrics)])
  }

  /// Looks at the metrics now and then until the service group shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil {
        let earlier = self.snapshots.withLock { $0.last }
        let snapshot = Self.take(self.metrics, after: earlier)
        self.snapshots.withLock { snapshots in
          snapshots.append(snapshot)
          if snapshots.count > Self.maxSnapshots { snapshots.removeFirst() }
        }
      }
    }
  }

  /// How long the time is that the summaries are of, at most a minute and a bit, in seconds.
  public var windowSeconds: Double {
    let first = snapshots.withLock { $0.first?.time } ?? .now
    return (ContinuousClock.now - first) / .seconds(1)
  }

  /// How the invocations of a trigger went in the last minute.
  /// - Parameters:
  ///   - function: the function's name.
  ///   - trigger: the trigger's name.
  public func summary(function: String, trigger: String) -> Summary {
    let now = Self.take(metrics)
    let first = snapshots.withLock { $0.first } ?? now
    let seconds = max((now.time - first.time) / .seconds(1), 0.001)
    func reading(_ outcome: InvocationOutcome.Class) -> HistogramReading? {
      let labels = PrometheusMetrics.labels([
        ("function", function), ("trigger", trigger), ("outcome", outcome.rawValue),
      ])
      return now.readings[labels].map { $0.since(first.readings[labels]) }
    }
    let readings = InvocationOutcome.Class.allCases.map { ($0, reading($0)) }
    let counts = Dictionary(uniqueKeysWithValues: readings.map { ($0, Double($1?.count ?? 0)) })
    var all: HistogramReading?
    for case (_, let reading?) in readings { all = all?.adding(reading) ?? reading }
    let total = Double(all?.count ?? 0)
    return Summary(
      count: Int(clamping: all?.count ?? 0), perSecond: total / seconds,
      failedShare: total > 0 ? (counts[.failed] ?? 0) / total : 0,
      rejectedShare: total > 0 ? (counts[.rejected] ?? 0) / total : 0, p50Seconds: all?.quantile(0.5),
      p99Seconds: all?.quantile(0.99))
  }

  /// Reads the metrics; what has not changed since an earlier snapshot shares its memory.
  private static func take(_ metrics: PrometheusMetrics, after earlier: Snapshot? = nil) -> Snapshot {
    var readings = metrics.histograms(named: "cabstand_function_duration_seconds").filter { $0.value.count > 0 }
    if let earlier = earlier?.readings {
      readings = readings.reduce(into: [:]) { readings, entry in
        let before = earlier[entry.key]
        readings[entry.key] = before?.count == entry.value.count ? before : entry.value
      }
      // Nothing has happened at all.
      if readings.count == earlier.count, readings.allSatisfy({ earlier[$0.key]?.count == $0.value.count }) {
        readings = earlier
      }
    }
    return Snapshot(time: .now, readings: readings)
  }
}
