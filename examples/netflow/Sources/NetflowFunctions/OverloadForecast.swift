/// The next hour of a device: the trend of the last half hour, drawn towards what is usual the farther it looks.
///
/// The trend is the Theil–Sen line, the median of the slopes between all pairs of minutes, which a single burst does not bend.
public struct OverloadForecast: Sendable {
  /// The highest rate of the next hour and when; nil without enough minutes.
  public let peak: (peak: Double, minute: Int64)?

  /// Makes a forecast.
  /// - Parameters:
  ///   - minutes: bits per second by minute.
  ///   - baseline: what is usual.
  ///   - now: the present minute.
  public init(minutes: [Int64: Double], baseline: DeviceRates.Baseline, now: Int64) {
    let recent = minutes.filter { $0.key >= now - 30 && $0.key < now }.sorted { $0.key < $1.key }
    guard recent.count >= 5 else {
      peak = nil
      return
    }
    var slopes: [Double] = []
    for (index, first) in recent.enumerated() {
      for second in recent[(index + 1)...] {
        slopes.append((second.value - first.value) / Double(second.key - first.key))
      }
    }
    let slope = Self.median(slopes)
    let level = Self.median(recent.map { $0.value - slope * Double($0.key - now) })
    var best: (peak: Double, minute: Int64) = (0, now)
    for step in 1...60 {
      let minute = now + Int64(step)
      let trend = max(0, level + slope * Double(step))
      let hour = DeviceRates.hour(minute)
      // What is usual counts up to a half at the end of the hour, where it is known.
      let weight = baseline.counts[hour] >= 30 ? Double(step) / 120 : 0
      let rate = (1 - weight) * trend + weight * baseline.means[hour]
      if rate > best.peak { best = (rate, minute) }
    }
    peak = best
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
