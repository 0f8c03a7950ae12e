/// The few statistics that a report needs.
package enum Statistics {
  /// The middle of the values; nil where there is none. Of an even number, the mean of the two in the middle.
  package static func median(of values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The mean of the values; nil where there is none.
  package static func mean(of values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The value below which that share of the values lies (nearest rank); nil where there is none.
  /// - Parameters:
  ///   - share: 0 to 1.
  ///   - values: the values.
  package static func quantile(_ share: Double, of values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
    return sorted[min(max(rank, 0), sorted.count - 1)]
  }
}
