/// How far requests scatter around a forecast beyond chance, by horizon: learned from days held out.
package struct ForecastSpread: Sendable, Hashable {
  /// The overdispersion of a zone's requests, by horizon.
  package let zone: [Double]
  /// The overdispersion of the whole city's.
  package let city: [Double]

  /// How sure an interval is of holding what comes.
  package static let coverage = 0.9
  /// What is taken where nothing could be learned: what was found for a month of a whole fleet's trips.
  package static let usual = ForecastSpread(trustedZone: [0.1, 0.1, 0.1], city: [0.01, 0.01, 0.01])

  private init(trustedZone zone: [Double], city: [Double]) {
    self.zone = zone
    self.city = city
  }

  /// Takes overdispersions over; nil unless there is one from 0 to 10 for each horizon.
  init?(zone: [Double], city: [Double]) {
    let count = ForecastHorizon.allCases.count
    guard zone.count == count, city.count == count, (zone + city).allSatisfy({ (0...10).contains($0) }) else {
      return nil
    }
    self.zone = zone
    self.city = city
  }

  /// The interval around an expected number of a zone's requests.
  package func zoneInterval(_ expected: Double, _ horizon: ForecastHorizon) -> ClosedRange<Int> {
    Self.interval(expected, zone[Self.index(horizon)])
  }

  /// The interval around an expected number of the whole city's requests.
  package func cityInterval(_ expected: Double, _ horizon: ForecastHorizon) -> ClosedRange<Int> {
    Self.interval(expected, city[Self.index(horizon)])
  }

  private static func index(_ horizon: ForecastHorizon) -> Int {
    ForecastHorizon.allCases.firstIndex(of: horizon) ?? 0
  }

  private static func interval(_ expected: Double, _ overdispersion: Double) -> ClosedRange<Int> {
    let distribution = NegativeBinomial(mean: expected, overdispersion: overdispersion)
    let low = distribution.quantile((1 - coverage) / 2)
    return low...max(low, distribution.quantile((1 + coverage) / 2))
  }
}
