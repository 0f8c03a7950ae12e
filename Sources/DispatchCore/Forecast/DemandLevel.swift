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

  /// How many intervals are looked at.
  package static let recentIntervals = 4
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

  /// Compares recent intervals with their expectation; each counts half of the one after it, because a city's pulse changes within
  /// the hour.
  /// - Parameters:
  ///   - intervals: requests by zone within each, the latest first; more than `recentIntervals` are left out.
  ///   - model: what is expected.
  ///   - end: the end of the latest interval.
  package init(recent intervals: [[HexCell: Int]], model: DemandModel, until end: Timestamp) {
    var sums = Sums()
    var weight = 1.0
    for (index, seen) in intervals.prefix(Self.recentIntervals).enumerated() {
      let seconds = DemandHistory.intervalSeconds
      sums.add(seen, model: model, until: end.advanced(bySeconds: -index * seconds), seconds: seconds, weight: weight)
      weight /= 2
    }
    self.init(sums)
  }

  private init(_ sums: Sums) {
    city = Self.factor(sums.city, prior: 1, worth: Self.cityPriorRequests)
    var areas: [HexCell: Double] = [:]
    for (area, counts) in sums.areas {
      areas[area] = Self.factor(counts, prior: city, worth: Self.areaPriorRequests)
    }
    self.areas = areas
  }

  /// Requests seen and expected, each interval with its weight.
  private struct Sums {
    struct Counts {
      var seen = 0.0
      var expected = 0.0
    }

    var city = Counts()
    var areas: [HexCell: Counts] = [:]

    mutating func add(_ seen: [HexCell: Int], model: DemandModel, until end: Timestamp, seconds: Int, weight: Double) {
      let expected = model.expected(from: end.advanced(bySeconds: -seconds), seconds: seconds)
      for (index, zone) in model.zones.enumerated() {
        city.expected += weight * expected[index]
        guard let area = zone.parent(at: CityModel.areaResolution) else { continue }
        areas[area, default: Counts()].expected += weight * expected[index]
      }
      for (zone, count) in seen.sorted(by: { $0.key < $1.key }) where count > 0 {
        city.seen += weight * Double(count)
        guard let area = zone.parent(at: CityModel.areaResolution) else { continue }
        areas[area, default: Counts()].seen += weight * Double(count)
      }
    }
  }

  /// The factor of the area that a cell lies in (or is).
  package func factor(of cell: HexCell) -> Double {
    cell.parent(at: CityModel.areaResolution).flatMap { areas[$0] } ?? city
  }

  private static func factor(_ counts: Sums.Counts, prior: Double, worth: Double) -> Double {
    let ratio = (counts.seen + worth) / (counts.expected + worth / prior)
    // A feast or an outage, but not a broken count.
    return min(max(ratio, 0.1), 10)
  }
}
