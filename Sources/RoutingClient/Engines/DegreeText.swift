/// Degrees as decimal text with six places, a tenth of a metre.
enum DegreeText {
  /// The text; never with an exponent.
  /// - Parameter degrees: a finite number from -360 to 360.
  static func text(_ degrees: Double) -> String {
    let millionths = Int(exactly: (degrees * 1_000_000).rounded()) ?? 0
    let magnitude = millionths.magnitude
    let fraction = String(magnitude % 1_000_000)
    return (millionths < 0 ? "-" : "") + String(magnitude / 1_000_000) + "."
      + String(repeating: "0", count: 6 - fraction.count) + fraction
  }
}
