package import HexGrid

/// How well a model would have forecast days that it was not trained on, each interval as seen from its beginning, beside the two
/// simplest forecasts: what came last week at the same time, and what came in the last interval.
package struct ForecastReview: Sendable, Hashable {
  /// How many requests came in the intervals reviewed.
  package private(set) var requests = 0
  /// How many intervals were reviewed.
  package private(set) var intervals = 0
  /// How many zones: those of the model and those in which something came.
  package private(set) var zones = 0
  package private(set) var model = ForecastErrors()
  package private(set) var lastWeek = ForecastErrors()
  package private(set) var lastInterval = ForecastErrors()
  private var within = 0

  /// The share of zones and intervals with no more requests than the mean and twice its square root.
  package var withinMargin: Double { intervals * zones > 0 ? Double(within) / Double(intervals * zones) : 0 }

  /// No more intervals than this are reviewed: three years.
  private static let mostIntervals: Int64 = 100_000

  /// Reviews.
  /// - Parameters:
  ///   - city: the model.
  ///   - requests: what came, in any order; the first interval only serves to tell the next one.
  package init(_ city: CityModel, requests: some Sequence<(pickup: GeoPoint, time: Timestamp)>) {
    let count = IntervalCounts(city.requests, requests)
    zones = count.cells.count
    guard let first = count.byInterval.keys.min(), let last = count.byInterval.keys.max(), first < last,
      last - first < Self.mostIntervals
    else { return }
    for number in (first + 1)...last { review(number, since: first, count, city) }
  }

  private mutating func review(_ number: Int64, since first: Int64, _ count: IntervalCounts, _ city: CityModel) {
    let start = count.start(of: number)
    let actual = count.row(number)
    let earliest = max(first, number - Int64(DemandLevel.windowSeconds / DemandHistory.intervalSeconds))
    var seen: [HexCell: Int] = [:]
    for past in earliest..<number {
      for (index, requests) in count.byInterval[past] ?? [:] { seen[count.cells[index], default: 0] += requests }
    }
    let level = DemandLevel(
      seen: seen, model: city.requests, until: start, seconds: Int(number - earliest) * DemandHistory.intervalSeconds)
    let known = city.requests.zones.count
    var forecast = city.requests.expected(from: start, seconds: DemandHistory.intervalSeconds)
    for index in forecast.indices { forecast[index] *= level.factor(of: count.cells[index]) }
    forecast.append(contentsOf: repeatElement(0, count: zones - known))
    let calendar = city.requests.calendar
    let place =
      calendar.weekday(at: start) * DemandHistory.intervalsPerDay
      + calendar.millisecondOfDay(at: start) / (DemandHistory.intervalSeconds * 1_000)
    model.add(forecast, actual)
    lastWeek.add(
      count.cells.indices.map { $0 < known ? Double(city.lastWeek.count(zone: $0, interval: place)) : 0 }, actual)
    lastInterval.add(count.row(number - 1).map(Double.init), actual)
    within += zip(forecast, actual).count { Double($1) <= $0 + 2 * $0.squareRoot() }
    self.requests += actual.reduce(0, +)
    intervals += 1
  }
}

/// Requests by interval and zone; intervals are counted from a local midnight.
private struct IntervalCounts {
  private static let length = Int64(DemandHistory.intervalSeconds) * 1_000

  private let offset: Int64
  /// The zones of the model in their order, then the others.
  private(set) var cells: [HexCell]
  private(set) var byInterval: [Int64: [Int: Int]] = [:]

  init(_ model: DemandModel, _ requests: some Sequence<(pickup: GeoPoint, time: Timestamp)>) {
    offset = Int64(model.calendar.utcOffsetSeconds) * 1_000
    cells = model.zones
    var others: [HexCell: Int] = [:]
    for request in requests {
      // Beyond any calendar.
      guard request.time.unixMilliseconds.magnitude < 1 << 60, let cell = Zone.cell(at: request.pickup) else { continue }
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

  func start(of interval: Int64) -> Timestamp { Timestamp(unixMilliseconds: interval * Self.length - offset) }

  func row(_ interval: Int64) -> [Int] {
    var row = Array(repeating: 0, count: cells.count)
    for (index, count) in byInterval[interval] ?? [:] { row[index] = count }
    return row
  }
}
