#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How far forecasts are off.
package struct ForecastErrors: Sendable, Hashable {
  private var absolute = 0.0
  private var squares = 0.0
  private var deviance = 0.0
  private var difference = 0.0
  private var count = 0
  private var requests = 0.0
  private var absoluteOfCity = 0.0

  /// What a forecast of nought counts as in the deviance, which would be infinite otherwise.
  package static let leastExpected = 0.01

  init() {}

  /// The mean of the absolute errors of a zone's span, in requests.
  package var meanAbsolute: Double { count > 0 ? absolute / Double(count) : 0 }
  /// The root of the mean of the squared errors, in requests.
  package var rootMeanSquare: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }
  /// The mean of the Poisson deviances of a zone's span (McCullagh and Nelder, Generalized Linear Models, section 2.3).
  package var poissonDeviance: Double { count > 0 ? deviance / Double(count) : 0 }
  /// How much more is forecast than comes, over what comes.
  package var bias: Double { requests > 0 ? difference / requests : 0 }
  /// The sum of the absolute errors over the sum of the requests.
  package var relative: Double { requests > 0 ? absolute / requests : 0 }
  /// The same for the city as a whole, span by span.
  package var relativeOfCity: Double { requests > 0 ? absoluteOfCity / requests : 0 }

  /// Adds a span.
  /// - Parameters:
  ///   - forecast: what was expected of each zone.
  ///   - actual: what came, in the same order.
  mutating func add(_ forecast: [Double], _ actual: [Int]) {
    var ofCity = 0.0
    for (expected, number) in zip(forecast, actual) {
      let came = Double(number)
      let error = expected - came
      absolute += abs(error)
      squares += error * error
      let mean = max(expected, Self.leastExpected)
      deviance += 2 * ((came > 0 ? came * log(came / mean) : 0) - (came - mean))
      ofCity += error
      requests += came
      count += 1
    }
    difference += ofCity
    absoluteOfCity += abs(ofCity)
  }
}
