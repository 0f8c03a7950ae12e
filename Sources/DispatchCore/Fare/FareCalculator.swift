/// Turns a way and a time into a fare by a tariff.
package enum FareCalculator {
  /// The longest way that can be priced, in metres.
  package static let maximumDistanceMeters = 2_000_000
  /// The longest time that can be priced, in seconds.
  package static let maximumDurationSeconds = 7 * 86_400

  /// The fare, line by line.
  ///
  /// Each line is rounded once, half up, to the minor unit; the lines are what the rider pays.
  /// - Parameters:
  ///   - tariff: the prices.
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
      FareBreakdown.Line(name: "base", minorUnits: tariff.baseMinorUnits),
      FareBreakdown.Line(name: "distance", minorUnits: roundedQuotient(meters * tariff.perKilometerMinorUnits, 1_000)),
      FareBreakdown.Line(name: "time", minorUnits: roundedQuotient(seconds * tariff.perMinuteMinorUnits, 60)),
    ]
    var sum = lines.reduce(0) { $0 + $1.minorUnits }
    if surge > 10 {
      let extra = roundedQuotient(sum * (surge - 10), 10)
      lines.append(.init(name: "surge", minorUnits: extra))
      sum += extra
    }
    if sum < tariff.minimumMinorUnits {
      lines.append(.init(name: "minimum", minorUnits: tariff.minimumMinorUnits - sum))
    }
    return FareBreakdown(lines: lines, currency: tariff.currency)
  }

  /// A share of an amount, rounded half up.
  /// - Parameters:
  ///   - minorUnits: the amount; not negative.
  ///   - basisPoints: hundredths of a percent.
  package static func share(of minorUnits: Int64, basisPoints: Int64) -> Int64 {
    roundedQuotient(minorUnits * basisPoints, 10_000)
  }

  private static func roundedQuotient(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    (dividend + divisor / 2) / divisor
  }
}
