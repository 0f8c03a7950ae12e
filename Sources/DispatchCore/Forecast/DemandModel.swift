package import HexGrid

/// Expected requests by zone and moment of the week: the city's total by 15 minutes, times each zone's share of it by the
/// hour.
///
/// Totals and shares are learned apart because they differ in what they need: a total is a large number that changes
/// within minutes; a zone's share is a small one that needs many rides to be known, and changes slowly.
package struct DemandModel: Sendable, Hashable {
  /// The local week.
  package let calendar: LocalCalendar
  /// The resolution of the zones.
  package let resolution: Int
  /// How many requests it was learned from.
  package let trainedOn: Int
  /// Expected requests of the city by weekday (from Monday) and interval of the day.
  let totals: [Float]
  /// The zones, ascending.
  package let zones: [HexCell]
  /// Each zone's part of the total by weekday and hour: 168 per zone.
  let shares: [Float]
  private let indexOfZone: [HexCell: Int32]

  /// Intervals of a week.
  static let intervalsPerWeek = 7 * DemandHistory.intervalsPerDay

  /// Puts a model together; nil where the parts do not fit.
  init?(
    calendar: LocalCalendar, resolution: Int, trainedOn: Int, totals: [Float], zones: [HexCell], shares: [Float]
  ) {
    guard totals.count == Self.intervalsPerWeek, shares.count == zones.count * LocalCalendar.hoursPerWeek,
      totals.allSatisfy({ $0.isFinite && $0 >= 0 }), shares.allSatisfy({ $0.isFinite && (0...1).contains($0) }),
      zones.allSatisfy({ $0.resolution == resolution }), zip(zones, zones.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    self.calendar = calendar
    self.resolution = resolution
    self.trainedOn = trainedOn
    self.totals = totals
    self.zones = zones
    self.shares = shares
    var indices: [HexCell: Int32] = [:]
    for (index, zone) in zones.enumerated() { indices[zone] = Int32(index) }
    indexOfZone = indices
  }

  /// The place of a zone in `zones`; nil where nobody ever asked for a ride there.
  package func index(of zone: HexCell) -> Int? {
    indexOfZone[zone].map(Int.init)
  }

  /// The requests to expect from a zone.
  /// - Parameters:
  ///   - zone: where.
  ///   - start: the beginning of the span.
  ///   - seconds: how long it is, up to a week; more counts as a week.
  package func expected(in zone: HexCell, from start: Timestamp, seconds: Int) -> Double {
    guard let index = index(of: zone) else { return 0 }
    var sum = 0.0
    forEachPart(from: start, seconds: seconds) { part in
      sum += part.total * share(ofZone: index, part)
    }
    return sum
  }

  /// The requests to expect from every zone, in the order of `zones`.
  package func expected(from start: Timestamp, seconds: Int) -> [Double] {
    var sums = Array(repeating: 0.0, count: zones.count)
    forEachPart(from: start, seconds: seconds) { part in
      for index in sums.indices { sums[index] += part.total * share(ofZone: index, part) }
    }
    return sums
  }

  /// The requests to expect from the whole city.
  package func expectedTotal(from start: Timestamp, seconds: Int) -> Double {
    var sum = 0.0
    forEachPart(from: start, seconds: seconds) { sum += $0.total }
    return sum
  }

  /// A piece of a span that lies within one interval.
  private struct Part {
    /// The city's requests in it.
    var total: Double
    /// The hours of the week between whose middles it lies, and how far on.
    var hour: Int
    var nextHour: Int
    var fraction: Double
  }

  private func share(ofZone index: Int, _ part: Part) -> Double {
    let base = index * LocalCalendar.hoursPerWeek
    let here = Double(shares[base + part.hour])
    return here + (Double(shares[base + part.nextHour]) - here) * part.fraction
  }

  private func forEachPart(from start: Timestamp, seconds: Int, _ body: (Part) -> Void) {
    let length = Int64(DemandHistory.intervalSeconds) * 1_000
    var left = Int64(min(max(seconds, 0), 7 * 86_400)) * 1_000
    var time = start
    while left > 0 {
      let ofDay = Int64(calendar.millisecondOfDay(at: time))
      let piece = min(length - ofDay % length, left)
      let weekday = calendar.weekday(at: time)
      let total = Double(totals[weekday * DemandHistory.intervalsPerDay + Int(ofDay / length)])
      // Shares are those of the middle of an hour; between two middles they change evenly.
      let middle = Double(weekday * 24) + Double(ofDay + piece / 2) / 3_600_000 - 0.5
      let whole = middle.rounded(.down)
      let hour = (Int(whole) + LocalCalendar.hoursPerWeek) % LocalCalendar.hoursPerWeek
      body(
        Part(
          total: total * Double(piece) / Double(length), hour: hour, nextHour: (hour + 1) % LocalCalendar.hoursPerWeek,
          fraction: middle - whole))
      left -= piece
      time = time.advanced(byMilliseconds: piece)
    }
  }
}
