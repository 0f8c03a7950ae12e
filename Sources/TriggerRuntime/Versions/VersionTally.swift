/// How many events a version handled, how many of them failed, and how long they took.
package struct VersionTally: Sendable, Equatable {
  /// Latencies fall into buckets from 1,024 ns on, four to a doubling, to about 4 hours.
  static let bucketCount = 136

  /// How many events ended.
  package var events: Int64 = 0
  /// How many of them failed.
  package var failures: Int64 = 0
  /// How many fell into each bucket.
  package var latencies: [Int: Int64] = [:]

  /// Counts one event.
  mutating func count(isFailure: Bool, nanoseconds: Int64) {
    events &+= 1
    if isFailure { failures &+= 1 }
    latencies[Self.bucket(nanoseconds), default: 0] &+= 1
  }

  /// Adds another tally.
  mutating func add(_ other: VersionTally) {
    events &+= other.events
    failures &+= other.failures
    latencies.merge(other.latencies) { $0 &+ $1 }
  }

  /// The share that failed, 0 to 1.
  package var failureShare: Double { events > 0 ? Double(failures) / Double(events) : 0 }

  /// The latency that 99 of 100 events stay below, in nanoseconds; nil without events.
  package var p99Nanoseconds: Double? {
    let total = latencies.values.reduce(0, &+)
    guard total > 0 else { return nil }
    var below: Int64 = 0
    for (bucket, count) in latencies.sorted(by: { $0.key < $1.key }) {
      below += count
      if Double(below) >= 0.99 * Double(total) { return Self.upperNanoseconds(bucket) }
    }
    return nil
  }

  static func bucket(_ nanoseconds: Int64) -> Int {
    guard nanoseconds >= 1_024 else { return 0 }
    let value = UInt64(nanoseconds)
    let power = 63 - value.leadingZeroBitCount
    // The two bits below the leading one cut a doubling into four.
    let quarter = Int(value >> UInt64(power - 2)) & 3
    return min((power - 10) * 4 + quarter + 1, bucketCount - 1)
  }

  static func upperNanoseconds(_ bucket: Int) -> Double {
    guard bucket > 0 else { return 1_024 }
    let (power, quarter) = ((bucket - 1) / 4 + 10, (bucket - 1) % 4)
    return Double(UInt64(1) << UInt64(min(power, 62))) * (1 + Double(quarter + 1) / 4)
  }

  // MARK: As counters

  /// The tally as counters of a version.
  func counters(_ version: String) -> [String: Int64] {
    var counters = ["e:\(version)": events]
    if failures > 0 { counters["f:\(version)"] = failures }
    for (bucket, count) in latencies { counters["\(bucket):\(version)"] = count }
    return counters
  }

  /// Reads the tallies of all versions from counters.
  static func read(_ counters: [String: Int64]) -> [String: VersionTally] {
    var tallies: [String: VersionTally] = [:]
    for (name, value) in counters {
      let parts = name.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let version = String(parts[1])
      switch parts[0] {
      case "e": tallies[version, default: .init()].events = value
      case "f": tallies[version, default: .init()].failures = value
      default: if let bucket = Int(parts[0]) { tallies[version, default: .init()].latencies[bucket] = value }
      }
    }
    return tallies
  }
}
