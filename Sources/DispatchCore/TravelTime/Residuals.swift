/// What is left to be told of each trip when all corrections so far are taken out.
struct Residuals {
  private(set) var values: [Double]
  /// More than this counts as this.
  var clip = Double.infinity

  /// - Parameter values: one per trip.
  init(_ values: [Double]) { self.values = values }

  /// What is left of a trip, cut off where it is far out: the influence function of Huber (1964).
  func clipped(_ sample: Int) -> Double { min(max(values[sample], -clip), clip) }

  mutating func take(_ correction: Double, from sample: Int) { values[sample] -= correction }

  /// A correction as models keep it; what no model could keep is cut off.
  static func thousandths(_ value: Double) -> Int32 {
    Int32(exactly: min(max(value * 1_000, -4_000), 4_000).rounded()) ?? 0
  }
}
