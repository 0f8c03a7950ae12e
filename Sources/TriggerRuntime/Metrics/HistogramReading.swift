/// A histogram as it is at a moment.
struct HistogramReading: Sendable {
  /// The upper bounds of the buckets; what lies above the last is in none.
  var bounds: [Double]
  /// How many values each bucket has.
  var buckets: [UInt64]
  /// How many values there are.
  var count: UInt64

  /// What came since an earlier reading.
  func since(_ earlier: HistogramReading?) -> HistogramReading {
    guard let earlier, earlier.buckets.count == buckets.count, earlier.count <= count else { return self }
    return HistogramReading(
      bounds: bounds, buckets: zip(buckets, earlier.buckets).map { $0 >= $1 ? $0 - $1 : 0 },
      count: count - earlier.count)
  }

  /// Both together.
  func adding(_ other: HistogramReading) -> HistogramReading {
    guard other.buckets.count == buckets.count else { return self }
    return HistogramReading(
      bounds: bounds, buckets: zip(buckets, other.buckets).map { $0 + $1 }, count: count + other.count)
  }

  /// The value below which a share of all values lies, as if they were spread evenly within each bucket.
  /// - Returns: nil without values; the last bound where the value lies above it.
  func quantile(_ share: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = share * Double(count)
    var below: UInt64 = 0
    var lower = 0.0
    for (bound, bucket) in zip(bounds, buckets) {
      if bucket > 0, Double(below + bucket) >= rank {
        return lower + (bound - lower) * (rank - Double(below)) / Double(bucket)
      }
      below += bucket
      lower = bound
    }
    return bounds.last
  }
}
