#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many requests come where so many are expected on average, but the rate itself is not known exactly: a Poisson number whose rate
/// is gamma-distributed (Cameron and Trivedi, Regression Analysis of Count Data, 2nd edition, section 3.3.1).
///
/// The variance is `mean + overdispersion × mean²`; without overdispersion it is the Poisson distribution.
package struct NegativeBinomial: Sendable, Hashable {
  /// How many are expected.
  package let mean: Double
  /// The squared coefficient of variation of the rate.
  package let overdispersion: Double

  /// Beyond this mean the normal approximation is exact enough, and the first term could vanish.
  private static let largestExactMean = 300.0

  /// - Parameters:
  ///   - mean: how many are expected; less than nought, or no number, counts as nought.
  ///   - overdispersion: 0 up.
  package init(mean: Double, overdispersion: Double) {
    self.mean = mean.isFinite ? min(max(mean, 0), 1e9) : 0
    self.overdispersion = overdispersion.isFinite ? min(max(overdispersion, 0), 100) : 0
  }

  /// The least number that is not exceeded with at least this probability.
  /// - Parameter probability: above 0 and below 1.
  package func quantile(_ probability: Double) -> Int {
    guard mean > 0, probability > 0 else { return 0 }
    guard mean <= Self.largestExactMean else { return approximateQuantile(probability) }
    // Below some millionth the recurrence would lose itself in rounding, and differs from Poisson by nothing.
    let isPoisson = overdispersion < 1e-6
    let size = isPoisson ? 0 : 1 / overdispersion
    let success = isPoisson ? 0 : mean / (size + mean)
    var term = isPoisson ? exp(-mean) : exp(size * log1p(-success))
    var sum = term
    var count = 0
    let limit = Int(mean + 100 * (1 + variance.squareRoot()))
    while sum < probability, count < limit {
      term *= isPoisson ? mean / Double(count + 1) : success * (size + Double(count)) / Double(count + 1)
      count += 1
      sum += term
    }
    return count
  }

  /// The variance.
  package var variance: Double { mean + overdispersion * mean * mean }

  private func approximateQuantile(_ probability: Double) -> Int {
    let value = mean + Self.normalQuantile(probability) * variance.squareRoot()
    return Int(exactly: max(value, 0).rounded()) ?? 0
  }

  /// The quantile of the standard normal distribution, by bisection of its distribution function.
  static func normalQuantile(_ probability: Double) -> Double {
    var low = -9.0
    var high = 9.0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
