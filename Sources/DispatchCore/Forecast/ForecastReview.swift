package import HexGrid

/// How well a model would have forecast days that it was not trained on, as seen from the beginning of each interval, beside the two
/// simplest forecasts: what came last week at the same time, and what came in the last interval.
package struct ForecastReview: Sendable, Hashable {
  /// How far ahead.
  package let horizon: ForecastHorizon
  /// How many requests came in the spans reviewed.
  package private(set) var requests = 0
  /// How many spans were reviewed; they begin an interval apart.
  package private(set) var spans = 0
  /// How many zones: those of the model and those in which something came.
  package private(set) var zones = 0
  package private(set) var model = ForecastErrors()
  package private(set) var lastWeek = ForecastErrors()
  package private(set) var lastInterval = ForecastErrors()
  /// How often what came lay within the interval told, for zones where at least one request was expected.
  package private(set) var coverage = Coverage()
  /// The same for the city as a whole.
  package private(set) var cityCoverage = Coverage()
  /// Sums over all spans for learning the overdispersion: of zones, and of the city.
  private(set) var zoneMoments = Moments()
  private(set) var cityMoments = Moments()

  /// A share of hits.
  package struct Coverage: Sendable, Hashable {
    package fileprivate(set) var within = 0
    package fileprivate(set) var count = 0

    package var share: Double { count > 0 ? Double(within) / Double(count) : 0 }

    fileprivate mutating func add(_ interval: ClosedRange<Int>, _ actual: Int) {
      within += interval.contains(actual) ? 1 : 0
      count += 1
    }
  }

  /// What the method of moments needs: the overdispersion is the excess of the squared errors over the means, by the squared means.
  struct Moments: Sendable, Hashable {
    private(set) var excess = 0.0
    private(set) var squares = 0.0

    mutating func add(_ expected: Double, _ actual: Double) {
      excess += (actual - expected) * (actual - expected) - expected
      squares += expected * expected
    }

    mutating func add(_ other: Moments) {
      excess += other.excess
      squares += other.squares
    }

    var overdispersion: Double { squares > 0 ? min(max(excess / squares, 0), 10) : 0 }
  }

  /// Reviews.
  /// - Parameters:
  ///   - city: the model.
  ///   - requests: what came, in any order; the first interval only serves to tell the next one.
  ///   - horizon: how far ahead.
  package init(
    _ city: CityModel, requests: some Sequence<(pickup: GeoPoint, time: Timestamp)>,
    horizon: ForecastHorizon = .quarterHour
  ) {
    self.init(
      city.requests, lastWeek: city.lastWeek, spread: city.spread, counts: IntervalCounts(city.requests, requests),
      horizon: horizon)
  }

  init(
    _ model: DemandModel, lastWeek: WeekCounts?, spread: ForecastSpread, counts: IntervalCounts,
    horizon: ForecastHorizon
  ) {
    self.horizon = horizon
    zones = counts.cells.count
    guard let span = counts.span else { return }
    let length = Int64(horizon.intervals)
    var number = span.lowerBound + 1
    while number + length - 1 <= span.upperBound {
      review(number..<number + length, since: span.lowerBound, counts, model, lastWeek, spread)
      number += 1
    }
  }

  private mutating func review(
    _ span: Range<Int64>, since first: Int64, _ counts: IntervalCounts, _ model: DemandModel, _ lastWeek: WeekCounts?,
    _ spread: ForecastSpread
  ) {
    let start = counts.start(of: span.lowerBound)
    let actual = counts.row(span)
    let recent = stride(from: span.lowerBound - 1, through: first, by: -1).prefix(DemandLevel.recentIntervals)
    let level = DemandLevel(recent: recent.map { counts.counts($0) }, model: model, until: start)
    var forecast = DemandForecast.expected(model, level, from: start, seconds: horizon.seconds)
    forecast.append(contentsOf: repeatElement(0, count: zones - forecast.count))
    self.model.add(forecast, actual)
    if let lastWeek { self.lastWeek.add(lastWeek.row(from: start, model, horizon, zones: zones), actual) }
    lastInterval.add(
      counts.row(span.lowerBound - 1..<span.lowerBound).map { Double($0 * horizon.intervals) }, actual)
    for (expected, came) in zip(forecast, actual) {
      zoneMoments.add(expected, Double(came))
      if expected >= 1 { coverage.add(spread.zoneInterval(expected, horizon), came) }
    }
    let came = actual.reduce(0, +)
    let total = forecast.reduce(0, +)
    cityMoments.add(total, Double(came))
    cityCoverage.add(spread.cityInterval(total, horizon), came)
    requests += came
    spans += 1
  }
}

extension WeekCounts {
  /// What came in a span of the week, zone by zone; nought for zones that the model does not know.
  fileprivate func row(from start: Timestamp, _ model: DemandModel, _ horizon: ForecastHorizon, zones: Int) -> [Double]
  {
    let calendar = model.calendar
    let first =
      calendar.weekday(at: start) * DemandHistory.intervalsPerDay
      + calendar.millisecondOfDay(at: start) / (DemandHistory.intervalSeconds * 1_000)
    return (0..<zones).map { zone in
      guard zone < model.zones.count else { return 0 }
      return (first..<first + horizon.intervals).reduce(0) { sum, interval in
        sum + Double(count(zone: zone, interval: interval % DemandModel.intervalsPerWeek))
      }
    }
  }
}
