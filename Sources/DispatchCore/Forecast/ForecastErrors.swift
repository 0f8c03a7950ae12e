/// How far forecasts are off.
package struct ForecastErrors: Sendable, Hashable {
  private var absolute = 0.0
  private var squares = 0.0
  private var count = 0
  private var requests = 0.0
  private var absoluteOfCity = 0.0

  init() {}

  /// The mean of the absolute errors of a zone's interval, in requests.
  package var meanAbsolute: Double { count > 0 ? absolute / Double(count) : 0 }
  /// The root of the mean of the squared errors, in requests.
  package var rootMeanSquare: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }
  /// The sum of the absolute errors over the sum of the requests.
  package var relative: Double { requests > 0 ? absolute / requests : 0 }
  /// The same for the city as a whole, interval by interval.
  package var relativeOfCity: Double { requests > 0 ? absoluteOfCity / requests : 0 }

  /// Adds an interval.
  /// - Parameters:
  ///   - forecast: what was expected of each zone.
  ///   - actual: what came, in the same order.
  mutating func add(_ forecast: [Double], _ actual: [Int]) {
    var difference = 0.0
    for (expected, came) in zip(forecast, actual) {
      let error = expected - Double(came)
      absolute += abs(error)
      squares += error * error
      difference += error
      requests += Double(came)
      count += 1
    }
    absoluteOfCity += abs(difference)
  }
}
