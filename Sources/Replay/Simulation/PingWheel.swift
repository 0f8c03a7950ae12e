/// Whose ping is due when: one bucket of drivers per city second.
struct PingWheel {
  /// A slot of a driver's next ping; one that was moved meanwhile is passed over.
  private var buckets: [[Int32]]
  private var dueSecond: [Int64]
  private var cursor: Int64

  /// - Parameters:
  ///   - drivers: how many there are.
  ///   - second: the first second.
  ///   - longestSeconds: the longest time between two pings.
  init(drivers: Int, second: Int64, longestSeconds: Int64) {
    buckets = Array(repeating: [], count: Int(longestSeconds) + 2)
    dueSecond = Array(repeating: .max, count: drivers)
    cursor = second
  }

  /// Sets a driver's next ping; an earlier or later one that was set is dropped.
  mutating func set(_ driver: Int, at second: Int64) {
    let second = max(second, cursor)
    guard dueSecond[driver] != second else { return }
    dueSecond[driver] = second
    buckets[Int(second % Int64(buckets.count))].append(Int32(driver))
  }

  /// Takes out the drivers who are due up to a second, in the order in which they were set.
  mutating func takeDue(_ second: Int64, into due: inout [Int]) {
    due.removeAll(keepingCapacity: true)
    while cursor <= second {
      let bucket = Int(cursor % Int64(buckets.count))
      for driver in buckets[bucket] where dueSecond[Int(driver)] == cursor {
        dueSecond[Int(driver)] = .max
        due.append(Int(driver))
      }
      buckets[bucket].removeAll(keepingCapacity: true)
      cursor += 1
    }
  }
}
