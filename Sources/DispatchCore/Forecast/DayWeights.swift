#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much each day of a history counts for a city's totals: the later the more, and odd days hardly.
///
/// A day with far fewer or far more requests than the middle one of its like (a public holiday, a strike, a feast) tells little of what
/// such a weekday will bring.
struct DayWeights: Sendable {
  /// What an odd day counts.
  static let oddWeight = 0.15
  /// A day is odd whose requests are fewer or more than these shares of those of the middle one of its like.
  static let usual = 0.85...1.3
  /// So many other days of its like are needed to tell.
  static let fewestPeers = 3

  private var weights: [Int32: Double] = [:]

  init(_ history: DemandHistory, halfLifeDays: Double) {
    let recorded = history.recordedDays
    guard let last = recorded.last else { return }
    var requests: [Int: Double] = [:]
    for moment in history.moments.values.joined() { requests[Int(moment.day), default: 0] += 1 }
    for day in recorded {
      let group = DemandTrainer.dayGroups.first { $0.contains(LocalCalendar.weekday(ofDay: day)) } ?? []
      let peers = recorded.filter { $0 != day && group.contains(LocalCalendar.weekday(ofDay: $0)) }
        .compactMap { requests[$0] }.sorted()
      var weight = Self.power(halfLifeDays, Double(last - day))
      // The first and the last day may be recorded in part, which makes them no odd ones.
      if peers.count >= Self.fewestPeers, day != recorded.first, day != last {
        let middle = peers[peers.count / 2]
        if !Self.usual.contains((requests[day] ?? 0) / max(middle, 1)) { weight *= Self.oddWeight }
      }
      if let day = Int32(exactly: day) { weights[day] = weight }
    }
  }

  private static func power(_ halfLife: Double, _ days: Double) -> Double {
    halfLife > 0 ? exp2(-days / halfLife) : 1
  }

  /// The weight of a day; 0 where it was not watched.
  subscript(day: Int32) -> Double { weights[day] ?? 0 }

  /// On how many days, by weight, each interval of the week was watched.
  func daysSeen(_ history: DemandHistory, days: ClosedRange<Int32>) -> [Double] {
    let perDay = DemandHistory.intervalsPerDay
    var first = Int.max
    var last = Int.min
    for moment in history.moments.values.joined() where days.contains(moment.day) {
      let position = Int(moment.day) * perDay + Int(moment.interval)
      first = min(first, position)
      last = max(last, position)
    }
    var seen = Array(repeating: 0.0, count: DemandModel.intervalsPerWeek)
    // The first and the last day count as far as they were watched.
    for (day, weight) in weights.sorted(by: { $0.key < $1.key }) {
      for interval in 0..<perDay where first <= last && (first...last).contains(Int(day) * perDay + interval) {
        seen[LocalCalendar.weekday(ofDay: Int(day)) * perDay + interval] += weight
      }
    }
    return seen
  }
}
