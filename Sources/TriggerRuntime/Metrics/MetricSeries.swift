import CoreMetrics
import Synchronization

/// What a metric is made of.
enum MetricShape: Sendable {
  case counter
  case gauge
  case histogram([Double])

  var name: String {
    switch self {
    case .counter: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    }
  }
}

/// All series of one name.
struct MetricFamily: Sendable {
  var shape: MetricShape
  var series: [String: MetricSeries] = [:]
}

/// One combination of a metric's labels.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
  private struct State {
    var value = 0.0
    var count: UInt64 = 0
    var buckets: [UInt64]
  }

  private let bounds: [Double]
  private let isHistogram: Bool
  private let state: Mutex<State>

  init(shape: MetricShape) {
    if case .histogram(let bounds) = shape {
      self.bounds = bounds
      isHistogram = true
    } else {
      bounds = []
      isHistogram = false
    }
    state = Mutex(State(buckets: Array(repeating: 0, count: bounds.count)))
  }

  func increment(by amount: Int64) { add(Double(amount)) }
  func increment(by amount: Double) { add(amount) }
  func decrement(by amount: Double) { add(-amount) }
  func set(_ value: Int64) { set(Double(value)) }
  func record(_ value: Int64) { record(Double(value)) }
  func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }

  func reset() {
    state.withLock { $0 = State(buckets: Array(repeating: 0, count: bounds.count)) }
  }

  func set(_ value: Double) {
    guard value.isFinite else { return }
    state.withLock { $0.value = value }
  }

  func record(_ value: Double) {
    if isHistogram { observe(value) } else { set(value) }
  }

  private func add(_ amount: Double) {
    guard amount.isFinite else { return }
    state.withLock { $0.value += amount }
  }

  private func observe(_ value: Double) {
    guard value.isFinite else { return }
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < value { low = middle + 1 } else { high = middle }
    }
    state.withLock { state in
      state.value += value
      state.count += 1
      if low < state.buckets.count { state.buckets[low] += 1 }
    }
  }

  /// The histogram as it is now; nil where the series is none.
  func reading() -> HistogramReading? {
    guard isHistogram else { return nil }
    return state.withLock { HistogramReading(bounds: bounds, buckets: $0.buckets, count: $0.count) }
  }

  /// Appends this series' lines.
  func render(name: String, labels: String, into text: inout [UInt8]) {
    let state = self.state.withLock { $0 }
    let braced = labels.isEmpty ? "" : "{\(labels)}"
    guard isHistogram else {
      text.append(contentsOf: "\(name)\(braced) \(Self.number(state.value))\n".utf8)
      return
    }
    let prefix = labels.isEmpty ? "" : labels + ","
    var total: UInt64 = 0
    for (bound, count) in zip(bounds, state.buckets) {
      total += count
      text.append(contentsOf: "\(name)_bucket{\(prefix)le=\"\(Self.number(bound))\"} \(total)\n".utf8)
    }
    text.append(contentsOf: "\(name)_bucket{\(prefix)le=\"+Inf\"} \(state.count)\n".utf8)
    text.append(contentsOf: "\(name)_sum\(braced) \(Self.number(state.value))\n".utf8)
    text.append(contentsOf: "\(name)_count\(braced) \(state.count)\n".utf8)
  }

  private static func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    return String(value)
  }
}
