import CoreMetrics

/// What a trigger counts of its deliveries.
struct DeliveryCounters: Sendable {
  let acknowledged: Counter
  let retries: Counter
  let deadLetters: Counter
  let dropped: Counter
  let duplicates: Counter
  let conflicts: Counter
  let bisections: Counter

  init(function: String, trigger: String, factory: any MetricsFactory) {
    let labels = [("function", function), ("trigger", trigger)]
    acknowledged = Counter(label: "cabstand_delivery_acknowledged", dimensions: labels, factory: factory)
    retries = Counter(label: "cabstand_delivery_retries", dimensions: labels, factory: factory)
    deadLetters = Counter(label: "cabstand_delivery_dead_letters", dimensions: labels, factory: factory)
    dropped = Counter(label: "cabstand_delivery_dropped", dimensions: labels, factory: factory)
    duplicates = Counter(label: "cabstand_delivery_duplicates", dimensions: labels, factory: factory)
    conflicts = Counter(label: "cabstand_delivery_conflicts", dimensions: labels, factory: factory)
    bisections = Counter(label: "cabstand_delivery_bisections", dimensions: labels, factory: factory)
  }
}
