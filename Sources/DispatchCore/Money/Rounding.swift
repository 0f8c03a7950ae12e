/// How what lies between two minor units becomes one of them; the only place where money is rounded.
package enum Rounding: String, Sendable, Hashable, CaseIterable {
  /// A half goes up.
  case halfUp = "half-up"
  /// A half goes to the even neighbour, as banks do, so that many halves favour nobody.
  case halfEven = "bankers"

  /// The largest amount that anything costs, in minor units; sums of many such amounts stay within 64 bits.
  package static let maximumMinorUnits: Int64 = 1_000_000_000_000_000

  /// A quotient as whole minor units.
  /// - Parameters:
  ///   - numerator: not negative.
  ///   - denominator: positive.
  /// - Returns: at most `maximumMinorUnits`.
  package func minorUnits(_ numerator: Int128, _ denominator: Int128) -> Int64 {
    guard numerator > 0, denominator > 0 else { return 0 }
    let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    guard whole < Int128(Self.maximumMinorUnits) else { return Self.maximumMinorUnits }
    let isUp: Bool
    // Compared without doubling the rest, which could leave 128 bits.
    let other = denominator - rest
    if rest == other {
      isUp = self == .halfUp || whole % 2 != 0
    } else {
      isUp = rest > other
    }
    return Int64(whole) + (isUp ? 1 : 0)
  }
}
