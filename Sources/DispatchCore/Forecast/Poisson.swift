#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The Poisson distribution: how many requests come where so many are expected.
enum Poisson {
  /// The probabilities of at least 1, at least 2, … requests, down to a least one.
  /// - Parameters:
  ///   - mean: how many are expected.
  ///   - least: where to stop.
  ///   - limit: at most so many.
  static func tails(mean: Double, downTo least: Double, limit: Int) -> [Double] {
    guard mean > 0, mean.isFinite, limit > 0 else { return [] }
    var tails: [Double] = []
    // Beyond some 700 the first term vanishes; the normal approximation is exact enough long before.
    guard mean < 500 else { return normalTails(mean: mean, downTo: least, limit: limit) }
    var term = exp(-mean)
    var tail = 1 - term
    var count = 1.0
    while tails.count < limit, tail >= least {
      tails.append(tail)
      term *= mean / count
      tail = max(tail - term, 0)
      count += 1
    }
    return tails
  }

  private static func normalTails(mean: Double, downTo least: Double, limit: Int) -> [Double] {
    var tails: [Double] = []
    while tails.count < limit {
      let distance = (Double(tails.count) + 0.5 - mean) / (2 * mean).squareRoot()
      let tail = erfc(distance) / 2
      guard tail >= least else { break }
      tails.append(tail)
    }
    return tails
  }
}
