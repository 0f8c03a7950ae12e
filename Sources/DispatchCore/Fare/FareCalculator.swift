/// Turns a way and a time into a fare by a tariff.
package enum FareCalculator {
  /// The longest way that can be priced, in metres.
  package static let maximumDistanceMeters = 2_000_000
  /// The longest time that can be priced, in seconds.
  package static let maximumDurationSeconds = 7 * 86_400
  /// The highest price in a tariff that is charged, in minor units; with it no sum of a fare leaves 64 bits.
  package static let maximumPriceMinorUnits: Int64 = 1_000_000_000_000

  /// The fare, line by line.
  ///
  /// Each line is rounded once, half up, to the minor unit; the lines are what the rider pays.
  /// - Parameters:
  ///   - tariff: the prices; each clamped to 0 … 10¹² minor units.
  ///   - distanceMeters: the way; clamped to 0 … 2,000 km.
  ///   - durationSeconds: the time aboard; clamped to 0 … 7 days.
  ///   - surgeTenths: the multiplier in tenths, 10 is 1.0; applies to base, distance and time; clamped to 10 … 100.
  package static func fare(
    _ tariff: Tariff, distanceMeters: Int, durationSeconds: Int, surgeTenths: Int = 10
  ) -> FareBreakdown {
    let meters = Int64(min(max(distanceMeters, 0), maximumDistanceMeters))
    let seconds = Int64(min(max(durationSeconds, 0), maximumDurationSeconds))
    let surge = Int64(min(max(surgeTenths, 10), 100))
    var lines = [
      FareBreakdown.Line(name: "base", minorUnits: price(tariff.baseMinorUnits)),
      FareBreakdown.Line(
        name: "distance", minorUnits: roundedQuotient(meters * price(tariff.perKilometerMinorUnits), 1_000)),
      FareBreakdown.Line(name: "time", minorUnits: roundedQuotient(seconds * price(tariff.perMinuteMinorUnits), 60)),
    ]
    var sum = lines.reduce(0) { $0 + $1.minorUnits }
    if surge > 10 {
      let extra = roundedQuotient(sum * (surge - 10), 10)
      lines.append(.init(name: "surge", minorUnits: extra))
      sum += extra
    }
    let minimum = price(tariff.minimumMinorUnits)
    if sum < minimum { lines.append(.init(name: "minimum", minorUnits: minimum - sum)) }
    return FareBreakdown(lines: lines, currency: tariff.currency)
  }

  /// A share of an amount, rounded half up.
  /// - Parameters:
  ///   - minorUnits: the amount; not negative.
  ///   - basisPoints: hundredths of a percent; clamped to 0 … 10,000.
  package static func share(of minorUnits: Int64, basisPoints: Int64) -> Int64 {
    let points = min(max(basisPoints, 0), 10_000)
    // The whole ten thousands apart, so that no product leaves 64 bits; the result is the same.
    return minorUnits / 10_000 * points + roundedQuotient(minorUnits % 10_000 * points, 10_000)
  }

  private static func price(_ minorUnits: Int64) -> Int64 {
    min(max(minorUnits, 0), maximumPriceMinorUnits)
  }

  private static func roundedQuotient(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    (dividend + divisor / 2) / divisor
  }
}
