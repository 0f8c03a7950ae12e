/// Durations in buckets 1/64 as wide as what they hold.
struct Histogram {
  private var buckets = [Int](repeating: 0, count: 64 * 64)
  private(set) var count = 0
  private(set) var max: UInt64 = 0

  mutating func add(nanoseconds: UInt64) {
    let value = Swift.max(nanoseconds, 64)
    let power = 63 - value.leadingZeroBitCount
    buckets[power * 64 + Int((value >> UInt64(power - 6)) & 63)] += 1
    count += 1
    max = Swift.max(max, nanoseconds)
  }

  /// The duration that a share of all stays below, in milliseconds.
  func milliseconds(at share: Double) -> Double {
    var left = Int((Double(count) * share).rounded(.up))
    for (index, size) in buckets.enumerated() where size > 0 {
      left -= size
      if left <= 0 {
        let power = UInt64(index / 64)
        return Double((UInt64(index % 64) + 65) << (power - 6)) / 1e6
      }
    }
    return Double(max) / 1e6
  }
}
