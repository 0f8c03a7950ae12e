/// Corrections at some distances, straight lines between them; several rows of them where something else matters too.
struct KnotEffect {
  typealias Knots = (lower: Int, upper: Int, share: Double)

  private let knots: [Knots]
  private let rows: [Int]
  /// Row after row.
  private(set) var values: [Double]

  /// - Parameters:
  ///   - knots: for each trip, the two distances it lies between.
  ///   - rows: for each trip, where its row begins.
  ///   - count: how many values all rows have together.
  init(_ knots: [Knots], rows: [Int], count: Int) {
    self.knots = knots
    self.rows = rows
    values = Array(repeating: 0, count: count)
  }

  /// Fits the corrections to what the others leave.
  /// - Parameters:
  ///   - residuals: what is left of each trip; the change of the corrections is taken out of it.
  ///   - prior: how many trips a prior of nothing is worth.
  mutating func refit(_ residuals: inout Residuals, prior: Double) {
    // Neighbours pull at each other, so it takes a few steps.
    for _ in 0..<3 {
      var sums = Array(repeating: 0.0, count: values.count)
      var weights = Array(repeating: 0.0, count: values.count)
      for sample in knots.indices {
        let (knot, row) = (knots[sample], rows[sample])
        let left = residuals.clipped(sample)
        for (index, weight) in [(row + knot.lower, 1 - knot.share), (row + knot.upper, knot.share)] {
          sums[index] += weight * (left + values[index])
          weights[index] += weight
        }
      }
      let former = values
      for index in values.indices where weights[index] > 0 { values[index] = sums[index] / (weights[index] + prior) }
      for sample in knots.indices {
        residuals.take(value(values, sample) - value(former, sample), from: sample)
      }
    }
  }

  private func value(_ values: [Double], _ sample: Int) -> Double {
    let (knot, row) = (knots[sample], rows[sample])
    return values[row + knot.lower] * (1 - knot.share) + values[row + knot.upper] * knot.share
  }
}
