import HexGrid

/// Requests by interval and zone; intervals are counted from a local midnight.
struct IntervalCounts: Sendable {
  private static let length = Int64(DemandHistory.intervalSeconds) * 1_000
  /// No more intervals than this are looked at: three years.
  private static let mostIntervals: Int64 = 100_000

  private let offset: Int64
  /// The zones of the model in their order, then the others.
  private(set) var cells: [HexCell]
  private var byInterval: [Int64: [Int: Int]] = [:]

  init(_ model: DemandModel, _ requests: some Sequence<(pickup: GeoPoint, time: Timestamp)>) {
    offset = Int64(model.calendar.utcOffsetSeconds) * 1_000
    cells = model.zones
    var others: [HexCell: Int] = [:]
    for request in requests {
      // Beyond any calendar.
      guard request.time.unixMilliseconds.magnitude < 1 << 60, let cell = Zone.cell(at: request.pickup) else {
        continue
      }
      let index = model.index(of: cell) ?? others[cell] ?? cells.count
      if index == cells.count {
        others[cell] = index
        cells.append(cell)
      }
      let local = request.time.unixMilliseconds + offset
      let interval = local >= 0 ? local / Self.length : (local - Self.length + 1) / Self.length
      byInterval[interval, default: [:]][index, default: 0] += 1
    }
  }

  /// Counts what a history says of some days.
  init(_ model: DemandModel, _ history: DemandHistory, day: Int) {
    offset = Int64(model.calendar.utcOffsetSeconds) * 1_000
    cells = model.zones + history.moments.keys.filter { model.index(of: $0) == nil }.sorted()
    for (index, cell) in cells.enumerated() {
      for moment in history.moments[cell] ?? [] where Int(moment.day) == day {
        let interval = Int64(moment.day) * Int64(DemandHistory.intervalsPerDay) + Int64(moment.interval)
        byInterval[interval, default: [:]][index, default: 0] += 1
      }
    }
  }

  /// The first and the last interval in which something came; nil where nothing did, or over too long a time.
  var span: ClosedRange<Int64>? {
    guard let first = byInterval.keys.min(), let last = byInterval.keys.max(), last - first < Self.mostIntervals else {
      return nil
    }
    return first...last
  }

  func start(of interval: Int64) -> Timestamp { Timestamp(unixMilliseconds: interval * Self.length - offset) }

  /// What came in some intervals, zone by zone.
  func row(_ intervals: Range<Int64>) -> [Int] {
    var row = Array(repeating: 0, count: cells.count)
    for interval in intervals {
      for (index, count) in byInterval[interval] ?? [:] { row[index] += count }
    }
    return row
  }

  /// What came in an interval, by zone.
  func counts(_ interval: Int64) -> [HexCell: Int] {
    Dictionary(uniqueKeysWithValues: (byInterval[interval] ?? [:]).map { (cells[$0.key], $0.value) })
  }
}
