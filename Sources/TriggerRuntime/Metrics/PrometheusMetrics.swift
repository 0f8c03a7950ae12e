public import CoreMetrics
import Synchronization

/// Keeps metrics in memory and writes them in Prometheus' text format (version 0.0.4).
///
/// Labels are bounded: past `maxSeriesPerMetric` combinations of a metric's labels, further ones share one series whose label values
/// are `other`.
public final class PrometheusMetrics: MetricsFactory {
  /// Histogram buckets for durations in seconds, from 50 µs to 30 s.
  public static let durationBuckets: [Double] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  ]

  /// Histogram buckets for values that are no durations.
  public static let valueBuckets: [Double] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000,
  ]

  private let state = Mutex<[String: MetricFamily]>([:])
  private let maxSeriesPerMetric: Int

  /// Creates an empty set of metrics.
  /// - Parameter maxSeriesPerMetric: how many combinations of labels a metric may have, 1 or more.
  public init(maxSeriesPerMetric: Int = 1_000) {
    self.maxSeriesPerMetric = max(1, maxSeriesPerMetric)
  }

  /// A counter; its name ends in `_total`.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(label, suffix: "_total", .counter, dimensions)
  }

  /// A counter of fractions; its name ends in `_total`.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    series(label, suffix: "_total", .counter, dimensions)
  }

  /// A gauge.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(label, suffix: "", .gauge, dimensions)
  }

  /// A histogram of values, or a gauge where values are not to be aggregated.
  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    guard aggregate else { return series(label, suffix: "", .gauge, dimensions) }
    return series(label, suffix: "", .histogram(Self.valueBuckets), dimensions)
  }

  /// A histogram of durations; its name ends in `_seconds`.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(label, suffix: "_seconds", .histogram(Self.durationBuckets), dimensions)
  }

  /// Forgets a counter.
  public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
  /// Forgets a gauge.
  public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
  /// Forgets a counter.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }
  /// Forgets a recorder.
  public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
  /// Forgets a timer.
  public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

  /// All metrics in Prometheus' text format, in the order of their names.
  public func render() -> [UInt8] {
    let families = state.withLock { $0 }
    var text: [UInt8] = []
    text.reserveCapacity(families.count * 512)
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      text.append(contentsOf: "# TYPE \(name) \(family.shape.name)\n".utf8)
      for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
        series.render(name: name, labels: labels, into: &text)
      }
    }
    return text
  }

  private func series(
    _ label: String, suffix: String, _ shape: MetricShape, _ dimensions: [(String, String)]
  ) -> MetricSeries {
    var name = Self.identifier(label)
    if !name.hasSuffix(suffix) { name += suffix }
    let labels = Self.labels(dimensions)
    return state.withLock { families in
      var family = families.removeValue(forKey: name) ?? MetricFamily(shape: shape)
      defer { families[name] = family }
      if let series = family.series[labels] { return series }
      let isFull = family.series.count >= maxSeriesPerMetric
      let key = isFull ? Self.labels(dimensions.map { ($0.0, "other") }) : labels
      if let series = family.series[key] { return series }
      // A name in two shapes keeps the first shape; values of the other are converted as far as they can be.
      let series = MetricSeries(shape: family.shape)
      family.series[key] = series
      return series
    }
  }

  private func destroy(_ handler: AnyObject) {
    state.withLock { families in
      for name in Array(families.keys) {
        guard let labels = families[name]?.series.first(where: { $0.value === handler })?.key else { continue }
        families[name]?.series[labels] = nil
        if families[name]?.series.isEmpty == true { families[name] = nil }
        return
      }
    }
  }

  /// A name with only the characters that Prometheus allows.
  private static func identifier(_ text: String) -> String {
    var name: [UInt8] = []
    name.reserveCapacity(text.utf8.count + 1)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "_": name.append(UInt8(truncatingIfNeeded: scalar.value))
      case "0"..."9":
        if name.isEmpty { name.append(UInt8(ascii: "_")) }
        name.append(UInt8(truncatingIfNeeded: scalar.value))
      default: name.append(UInt8(ascii: "_"))
      }
    }
    return name.isEmpty ? "_" : String(decoding: name, as: UTF8.self)
  }

  /// The histograms of a name as they are now, by their labels.
  func histograms(named name: String) -> [String: HistogramReading] {
    let series = state.withLock { $0[name]?.series ?? [:] }
    return series.compactMapValues { $0.reading() }
  }

  /// Labels as Prometheus writes them, in the order of their names.
  static func labels(_ dimensions: [(String, String)]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for (name, value) in dimensions.sorted(by: { $0.0 < $1.0 }) {
      if !text.isEmpty { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: identifier(name).utf8)
      text.append(contentsOf: "=\"".utf8)
      for byte in value.utf8 {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case UInt8(ascii: "\n"): text.append(contentsOf: "\\n".utf8)
        default: text.append(byte)
        }
      }
      text.append(UInt8(ascii: "\""))
    }
    return String(decoding: text, as: UTF8.self)
  }
}
