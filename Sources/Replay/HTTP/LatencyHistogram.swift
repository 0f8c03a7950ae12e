/// Counts of latencies in log-linear buckets: 64 of equal width per power of two, so a value is known to 1.6 %.
package struct LatencyHistogram: Sendable {
  private static let subBuckets = 64
  private var buckets: [UInt64] = Array(repeating: 0, count: 64 * 34)
  /// How many values were recorded.
  package private(set) var count: UInt64 = 0
  /// The largest value, exactly.
  package private(set) var maximumNanoseconds: Int64 = 0

  /// Creates an empty histogram.
  package init() {}

  /// Records a value.
  /// - Parameter nanoseconds: a negative one counts as 0, more than an hour as an hour.
  package mutating func record(nanoseconds: Int64) {
    let value = min(max(nanoseconds, 0), 3_600_000_000_000)
    buckets[Self.bucket(of: UInt64(value) / 1_000)] += 1
    count += 1
    maximumNanoseconds = max(maximumNanoseconds, value)
  }

  /// The least value that a share of all values does not exceed, in milliseconds; 0 where there is none.
  /// - Parameter quantile: the share, 0 to 1.
  package func milliseconds(atQuantile quantile: Double) -> Double {
    guard count > 0 else { return 0 }
    let rank = UInt64((min(max(quantile, 0), 1) * Double(count)).rounded(.up))
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      seen += bucket
      if seen >= max(rank, 1) { return min(Double(Self.upperBound(of: index)) / 1_000, maximumMilliseconds) }
    }
    return maximumMilliseconds
  }

  /// The largest value in milliseconds.
  package var maximumMilliseconds: Double { Double(maximumNanoseconds) / 1_000_000 }

  /// Adds another histogram's values.
  package mutating func merge(_ other: LatencyHistogram) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
    count += other.count
    maximumNanoseconds = max(maximumNanoseconds, other.maximumNanoseconds)
  }

  /// Microseconds below 64 have a bucket each; above, each power of two has 64 (the first range takes two powers' worth).
  private static func bucket(of microseconds: UInt64) -> Int {
    guard microseconds >= 64 else { return Int(microseconds) }
    let exponent = 63 - microseconds.leadingZeroBitCount - 6
    return (exponent + 1) * subBuckets + Int((microseconds >> UInt64(exponent)) & 63)
  }

  private static func upperBound(of bucket: Int) -> UInt64 {
    guard bucket >= 64 else { return UInt64(bucket) + 1 }
    let exponent = UInt64(bucket / subBuckets - 1)
    return (UInt64(64 + bucket % subBuckets) + 1) << exponent
  }
}
