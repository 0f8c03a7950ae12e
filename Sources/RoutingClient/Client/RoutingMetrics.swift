import Metrics

/// What is counted about an engine; the labels are few and fixed.
struct RoutingMetrics: Sendable {
  private let durations: Timer
  private let failures: [RoutingError.Code: Counter]
  private let fallbacks: Counter
  private let circuit: Gauge

  init(_ engine: EngineURL.Kind) {
    let dimensions = [("engine", engine.rawValue)]
    durations = Timer(label: "routing_request_duration", dimensions: dimensions)
    failures = .init(
      uniqueKeysWithValues: RoutingError.Code.allCases.map {
        ($0, Counter(label: "routing_failures", dimensions: dimensions + [("reason", $0.rawValue)]))
      })
    fallbacks = Counter(label: "routing_fallback_drives", dimensions: dimensions)
    circuit = Gauge(label: "routing_circuit_open", dimensions: dimensions)
    circuit.record(0)
  }

  func answered(nanoseconds: Int64) { durations.recordNanoseconds(nanoseconds) }

  func failed(_ code: RoutingError.Code) { failures[code]?.increment() }

  /// So many drives were reckoned without the engine.
  func fellBack(_ drives: Int) { fallbacks.increment(by: drives) }

  func circuit(isOpen: Bool) { circuit.record(isOpen ? 1 : 0) }
}
