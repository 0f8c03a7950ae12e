package import HexGrid

/// How busy a city and its parts are compared with what the model expects, from the requests of the last while.
///
/// Each is the ratio of requests seen to requests expected, pulled to 1 for the city and to the city's for an area, by a prior worth
/// some requests: the mean of a Poisson rate under a gamma prior. So a quiet hour says little and a full arrivals hall much.
package struct DemandLevel: Sendable, Hashable {
  /// The city's factor.
  package let city: Double
  /// The factors of the areas in which anything was seen or expected.
  private let areas: [HexCell: Double]

  /// How far back requests are counted, in seconds.
  package static let windowSeconds = 3_600
  /// How many requests the prior of the city is worth.
  package static let cityPriorRequests = 50.0
  /// How many requests the prior of an area is worth.
  package static let areaPriorRequests = 15.0

  /// The level of a city that does what is expected.
  package static let usual = DemandLevel()

  private init() {
    city = 1
    areas = [:]
  }

  /// Compares a span with its expectation.
  /// - Parameters:
  ///   - seen: requests by zone within the span.
  ///   - model: what is expected.
  ///   - end: the end of the span.
  ///   - seconds: its length; the window, or less where the city has not been watched for so long.
  package init(seen: [HexCell: Int], model: DemandModel, until end: Timestamp, seconds: Int = Self.windowSeconds) {
    let span = min(max(seconds, 0), 86_400)
    let expected = model.expected(from: end.advanced(bySeconds: -span), seconds: span)
    var expectedIn: [HexCell: Double] = [:]
    for (index, zone) in model.zones.enumerated() {
      if let area = zone.parent(at: CityModel.areaResolution) { expectedIn[area, default: 0] += expected[index] }
    }
    var seenIn: [HexCell: Double] = [:]
    var all = 0.0
    for (zone, count) in seen {
      all += Double(max(count, 0))
      if let area = zone.parent(at: CityModel.areaResolution) { seenIn[area, default: 0] += Double(max(count, 0)) }
    }
    let city = Self.factor(
      seen: all, expected: expected.reduce(0, +), prior: 1, worth: Self.cityPriorRequests)
    var areas: [HexCell: Double] = [:]
    for (area, expected) in expectedIn {
      areas[area] = Self.factor(
        seen: seenIn[area] ?? 0, expected: expected, prior: city, worth: Self.areaPriorRequests)
    }
    self.city = city
    self.areas = areas
  }

  /// The factor of the area that a cell lies in (or is).
  package func factor(of cell: HexCell) -> Double {
    cell.parent(at: CityModel.areaResolution).flatMap { areas[$0] } ?? city
  }

  private static func factor(seen: Double, expected: Double, prior: Double, worth: Double) -> Double {
    let ratio = (seen + worth) / (expected + worth / prior)
    // A feast or an outage, but not a broken count.
    return min(max(ratio, 0.1), 10)
  }
}
