import CoreMetrics
import Synchronization

/// A counter or gauge that costs one atomic addition where it is one of `PrometheusMetrics`.
///
/// `@unchecked`: the memory of the cell belongs to the handler, which the counter keeps, and is only touched by atomic operations.
struct FastCounter: @unchecked Sendable {
  private let counter: (any CounterHandler)?
  private let meter: (any MeterHandler)?
  private let cell: UnsafeMutablePointer<Atomic<UInt64>>?

  /// Takes the handler of a counter.
  init(_ counter: any CounterHandler) {
    self.counter = counter
    meter = nil
    cell = (counter as? MetricSeries)?.fastCells
  }

  /// Takes the handler of a gauge.
  init(meter: any MeterHandler) {
    counter = nil
    self.meter = meter
    cell = (meter as? MetricSeries)?.fastCells
  }

  /// Adds a whole number, which may be negative for a gauge.
  func add(_ amount: Int64) {
    if let cell {
      cell.pointee.wrappingAdd(UInt64(bitPattern: amount), ordering: .relaxed)
    } else {
      counter?.increment(by: amount)
      meter?.increment(by: Double(amount))
    }
  }
}

/// A histogram of durations that costs two atomic additions where it is one of `PrometheusMetrics` and the duration is short.
///
/// `@unchecked`: as for `FastCounter`.
struct FastTimer: @unchecked Sendable {
  private let handler: any TimerHandler
  private let cells: UnsafeMutablePointer<Atomic<UInt64>>?
  private let firstBound: Int64

  /// Takes a handler of a timer.
  init(_ handler: any TimerHandler) {
    self.handler = handler
    let series = handler as? MetricSeries
    cells = series?.fastCells
    firstBound = series?.firstBoundNanoseconds ?? 0
  }

  /// Records a duration.
  func record(nanoseconds: Int64) {
    if let cells, nanoseconds <= firstBound {
      cells[0].wrappingAdd(UInt64(bitPattern: nanoseconds), ordering: .relaxed)
      cells[1].wrappingAdd(1, ordering: .relaxed)
    } else {
      handler.recordNanoseconds(nanoseconds)
    }
  }
}
