/// One correction for each group of trips, such as those that begin in the same cell.
struct GroupEffect<Key: Hashable> {
  private var keys: [Key] = []
  /// The group of each trip.
  private var groups: [Int32] = []
  private var counts: [Int32] = []
  private var values: [Double] = []

  /// One effect for each of the keys that every trip has.
  /// - Parameters:
  ///   - samples: the trips.
  ///   - keys: as many keys for each trip.
  static func levels<Sample>(of samples: [Sample], keys: (Sample) -> [Key]) -> [GroupEffect] {
    var levels: [GroupEffect] = []
    var known: [[Key: Int32]] = []
    for sample in samples {
      for (level, key) in keys(sample).enumerated() {
        if level == levels.count {
          levels.append(GroupEffect())
          known.append([:])
        }
        levels[level].add(key, known: &known[level])
      }
    }
    return levels
  }

  private mutating func add(_ key: Key, known: inout [Key: Int32]) {
    let group = known[key] ?? Int32(clamping: keys.count)
    if Int(group) == keys.count {
      known[key] = group
      keys.append(key)
      counts.append(0)
      values.append(0)
    }
    groups.append(group)
    counts[Int(group)] += 1
  }

  /// Fits the corrections to what the others leave.
  /// - Parameters:
  ///   - residuals: what is left of each trip; the change of the corrections is taken out of it.
  ///   - prior: how many trips a prior of nothing is worth.
  ///   - fewest: a group of fewer trips has no correction.
  mutating func refit(_ residuals: inout Residuals, prior: Double, fewest: Int) {
    var sums = Array(repeating: 0.0, count: keys.count)
    for (sample, group) in groups.enumerated() { sums[Int(group)] += residuals.clipped(sample) + values[Int(group)] }
    let former = values
    for group in keys.indices where counts[group] >= fewest {
      values[group] = sums[group] / (Double(counts[group]) + prior)
    }
    for (sample, group) in groups.enumerated() {
      residuals.take(values[Int(group)] - former[Int(group)], from: sample)
    }
  }

  /// The corrections of all levels that correct anything.
  static func table(of levels: [GroupEffect]) -> [Key: Int32] {
    var table: [Key: Int32] = [:]
    for level in levels {
      for (key, value) in zip(level.keys, level.values) {
        let rounded = Residuals.thousandths(value)
        if rounded != 0 { table[key] = rounded }
      }
    }
    return table
  }
}
