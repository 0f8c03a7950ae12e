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
///
/// Whole amounts and durations, which is what every invocation counts, cost an atomic addition or two and no lock.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
  private let bounds: [Double]
  private let isHistogram: Bool
  /// First the whole part of a counter or gauge, or the sum in nanoseconds of a histogram of durations; then the histogram's buckets.
  private let cells: MetricBuckets
  /// What was added to it that is not whole, or the value that was set.
  private let rest = Mutex(0.0)

  init(shape: MetricShape) {
    if case .histogram(let bounds) = shape {
      self.bounds = bounds
      isHistogram = true
    } else {
      bounds = []
      isHistogram = false
    }
    cells = MetricBuckets(count: bounds.count + 2)
  }

  func increment(by amount: Int64) { add(Int(amount)) }
  func increment(by amount: Double) { add(amount) }
  func decrement(by amount: Double) { add(-amount) }
  func set(_ value: Int64) { set(Double(value)) }
  func record(_ value: Int64) { record(Double(value)) }

  func recordNanoseconds(_ duration: Int64) {
    guard isHistogram else { return set(Double(duration) / 1e9) }
    cells.increment(1 + bucket(of: Double(duration) / 1e9))
    add(Int(duration))
  }

  func reset() {
    cells.reset()
    set(0.0)
  }

  func set(_ value: Double) {
    guard value.isFinite else { return }
    rest.withLock { rest in
      cells.cells[0].store(0, ordering: .relaxed)
      rest = value
    }
  }

  func record(_ value: Double) {
    guard isHistogram else { return set(value) }
    guard value.isFinite else { return }
    cells.increment(1 + bucket(of: value))
    rest.withLock { $0 += value }
  }

  private func add(_ amount: Int) {
    cells.cells[0].wrappingAdd(UInt64(bitPattern: Int64(amount)), ordering: .relaxed)
  }

  private func add(_ amount: Double) {
    guard amount.isFinite else { return }
    guard let whole = Int(exactly: amount) else { return rest.withLock { $0 += amount } }
    add(whole)
  }

  /// The bucket of a value; the last takes what lies above all bounds.
  private func bucket(of value: Double) -> Int {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The counters themselves, for whoever counts so often that a call and two references matter.
  var fastCells: UnsafeMutablePointer<Atomic<UInt64>> { cells.cells }

  /// The upper bound of a histogram's first bucket in nanoseconds.
  var firstBoundNanoseconds: Int64 { bounds.first.map { Int64($0 * 1e9) } ?? 0 }

  /// The histogram as it is now; nil where the series is none.
  func reading() -> HistogramReading? {
    guard isHistogram else { return nil }
    let counts = cells.counts.dropFirst()
    return HistogramReading(bounds: bounds, buckets: Array(counts.dropLast()), count: counts.reduce(0, +))
  }

  /// Appends this series' lines.
  func render(name: String, labels: String, into text: inout [UInt8]) {
    let whole = Double(Int64(bitPattern: cells.cells[0].load(ordering: .relaxed)))
    let value = rest.withLock { $0 } + (isHistogram ? whole / 1e9 : whole)
    let braced = labels.isEmpty ? "" : "{\(labels)}"
    guard isHistogram else {
      text.append(contentsOf: "\(name)\(braced) \(Self.number(value))\n".utf8)
      return
    }
    let prefix = labels.isEmpty ? "" : labels + ","
    let counts = cells.counts.dropFirst()
    var total: UInt64 = 0
    for (bound, count) in zip(bounds, counts) {
      total += count
      text.append(contentsOf: "\(name)_bucket{\(prefix)le=\"\(Self.number(bound))\"} \(total)\n".utf8)
    }
    total += counts.last ?? 0
    text.append(contentsOf: "\(name)_bucket{\(prefix)le=\"+Inf\"} \(total)\n".utf8)
    text.append(contentsOf: "\(name)_sum\(braced) \(Self.number(value))\n".utf8)
    text.append(contentsOf: "\(name)_count\(braced) \(total)\n".utf8)
  }

  private static func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    return String(value)
  }
}
