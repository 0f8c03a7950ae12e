import HexGrid

/// What was really asked for on the latest day of each weekday: the simplest forecast, to measure others by.
package struct WeekCounts: Sendable, Hashable {
  /// Requests by zone (as in the model) and interval of the week.
  let counts: [UInt16]

  /// Counts the latest recorded day of each weekday.
  /// - Parameters:
  ///   - history: the requests.
  ///   - zones: the zones, in their order.
  init(_ history: DemandHistory, zones: [HexCell]) {
    var latest = Array(repeating: Int.min, count: 7)
    for day in history.recordedDays {
      let weekday = LocalCalendar.weekday(ofDay: day)
      latest[weekday] = max(latest[weekday], day)
    }
    var counts = Array(repeating: UInt16(0), count: zones.count * DemandModel.intervalsPerWeek)
    for (index, zone) in zones.enumerated() {
      for moment in history.moments[zone] ?? [] {
        let weekday = LocalCalendar.weekday(ofDay: Int(moment.day))
        guard latest[weekday] == Int(moment.day) else { continue }
        let place =
          index * DemandModel.intervalsPerWeek + weekday * DemandHistory.intervalsPerDay + Int(moment.interval)
        if counts[place] < .max { counts[place] += 1 }
      }
    }
    self.counts = counts
  }

  /// Takes counts over; nil where there are not as many as the zones need.
  init?(counts: [UInt16], zones: Int) {
    guard counts.count == zones * DemandModel.intervalsPerWeek else { return nil }
    self.counts = counts
  }

  /// The requests of a zone in an interval of the week.
  func count(zone: Int, interval: Int) -> Int {
    Int(counts[zone * DemandModel.intervalsPerWeek + interval])
  }
}
