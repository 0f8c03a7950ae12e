package import HexGrid

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is expected of each zone of a region within the next span of time, with the interval that holds what comes nine times of ten.
package struct DemandForecast: Sendable, Hashable {
  /// The beginning of the span.
  package let start: Timestamp
  package let horizon: ForecastHorizon
  /// The zones in which anything is expected, ascending.
  package let zones: [Zone]
  /// The region as a whole.
  package let region: Expectation

  /// How many requests are expected, and between which numbers they are with the probability `ForecastSpread.coverage`.
  package struct Expectation: Sendable, Hashable {
    package var requests: Double
    package var interval: ClosedRange<Int>

    package init(requests: Double, interval: ClosedRange<Int>) {
      self.requests = requests
      self.interval = interval
    }
  }

  /// A zone's expectation.
  package struct Zone: Sendable, Hashable {
    package var cell: HexCell
    package var expectation: Expectation
  }

  /// Less than this is not worth telling, in requests.
  static let leastExpected = 0.005

  /// Forecasts.
  /// - Parameters:
  ///   - city: the model.
  ///   - level: how busy the city is at present.
  ///   - start: the beginning of the span.
  ///   - horizon: its length.
  package init(_ city: CityModel, level: DemandLevel, from start: Timestamp, horizon: ForecastHorizon) {
    self.start = start
    self.horizon = horizon
    let expected = Self.expected(city.requests, level, from: start, seconds: horizon.seconds)
    zones = zip(city.requests.zones, expected).filter { $1 >= Self.leastExpected }.map { cell, requests in
      Zone(
        cell: cell,
        expectation: Expectation(requests: requests, interval: city.spread.zoneInterval(requests, horizon)))
    }
    let total = expected.reduce(0, +)
    region = Expectation(requests: total, interval: city.spread.cityInterval(total, horizon))
  }

  /// A zone's expectation; nothing where nobody ever asked for a ride.
  package func expectation(of cell: HexCell) -> Expectation {
    var low = 0
    var high = zones.count
    while low < high {
      let middle = (low + high) / 2
      if zones[middle].cell < cell { low = middle + 1 } else { high = middle }
    }
    guard low < zones.count, zones[low].cell == cell else { return Expectation(requests: 0, interval: 0...0) }
    return zones[low].expectation
  }

  /// What remains of the present level a quarter of an hour later, as a power of its factor: what made the city busy passes.
  static let levelPersistence = 0.85

  /// The expected requests of every zone, in the model's order.
  static func expected(_ model: DemandModel, _ level: DemandLevel, from start: Timestamp, seconds: Int) -> [Double] {
    let factors = model.zones.map { level.factor(of: $0) }
    var sums = Array(repeating: 0.0, count: factors.count)
    var passed = 0
    var power = 1.0
    while passed < seconds {
      let piece = min(DemandHistory.intervalSeconds, seconds - passed)
      let expected = model.expected(from: start.advanced(bySeconds: passed), seconds: piece)
      for index in sums.indices { sums[index] += expected[index] * pow(factors[index], power) }
      passed += piece
      power *= levelPersistence
    }
    return sums
  }
}
