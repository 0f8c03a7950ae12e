import CoreMetrics

/// What a stream trigger counts.
struct StreamCounters: Sendable {
  let acknowledged: Counter
  let retries: Counter
  let deadLetters: Counter

  init(function: String, trigger: String, factory: any MetricsFactory) {
    let labels = [("function", function), ("trigger", trigger)]
    acknowledged = Counter(label: "cabstand_stream_acknowledged", dimensions: labels, factory: factory)
    retries = Counter(label: "cabstand_stream_retries", dimensions: labels, factory: factory)
    deadLetters = Counter(label: "cabstand_stream_dead_letters", dimensions: labels, factory: factory)
  }
}
