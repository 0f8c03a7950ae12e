package import HexGrid

/// Past requests counted by zone, local day and interval of the day: what a demand model is trained from.
package struct DemandHistory: Sendable {
  /// The local week in which days and intervals are told.
  package let calendar: LocalCalendar
  /// The resolution of the zones.
  package let resolution: Int
  /// How long an interval is: 15 minutes.
  package static let intervalSeconds = 900
  /// Intervals of a day.
  package static let intervalsPerDay = 86_400 / intervalSeconds
  /// Days more than this before the latest are left out.
  package static let maximumDays = 400

  /// Requests by zone; each by day and interval, sorted neither way.
  private(set) var moments: [HexCell: [Moment]] = [:]
  /// How many requests were added.
  package private(set) var count = 0

  /// When a request was made.
  struct Moment: Hashable, Sendable {
    var day: Int32
    var interval: Int16
  }

  /// An empty history.
  /// - Parameters:
  ///   - calendar: the city's local week.
  ///   - resolution: that of the zones.
  package init(calendar: LocalCalendar, resolution: Int = Zone.resolution) {
    self.calendar = calendar
    self.resolution = resolution
  }

  /// Counts a request; one without a valid position or a moment within some thousand years is left out.
  package mutating func add(pickup: GeoPoint, at time: Timestamp) {
    guard let cell = HexCell(pickup, resolution: resolution), let day = Int32(exactly: calendar.day(at: time)) else {
      return
    }
    let interval = calendar.millisecondOfDay(at: time) / (Self.intervalSeconds * 1_000)
    moments[cell, default: []].append(Moment(day: day, interval: Int16(interval)))
    count += 1
  }

  /// Counts requests of a zone that were counted before, within the interval that a moment lies in; a cell of another resolution is left
  /// out.
  package mutating func add(_ requests: Int, in zone: HexCell, at time: Timestamp) {
    guard requests > 0, zone.resolution == resolution, let day = Int32(exactly: calendar.day(at: time)) else { return }
    let interval = calendar.millisecondOfDay(at: time) / (Self.intervalSeconds * 1_000)
    let number = min(requests, Self.mostPerCount)
    moments[zone, default: []].append(
      contentsOf: repeatElement(Moment(day: day, interval: Int16(interval)), count: number))
    count += number
  }

  /// More requests of one zone within one interval are no count but a fault.
  private static let mostPerCount = 10_000

  /// What was counted before a day.
  func before(day: Int) -> DemandHistory {
    var rest = self
    rest.moments = moments.mapValues { $0.filter { Int($0.day) < day } }.filter { !$0.value.isEmpty }
    rest.count = rest.moments.values.reduce(0) { $0 + $1.count }
    return rest
  }

  /// The first and the last day counted; nil where there is none.
  var days: ClosedRange<Int32>? {
    var last = Int32.min
    var first = Int32.max
    for moment in moments.values.joined() {
      last = max(last, moment.day)
      first = min(first, moment.day)
    }
    guard first <= last else { return nil }
    let (earliest, overflow) = last.subtractingReportingOverflow(Int32(Self.maximumDays - 1))
    return max(first, overflow ? first : earliest)...last
  }

  /// The days that were watched: those with more than a twentieth of the requests of the middle one, ascending.
  var recordedDays: [Int] {
    guard let days else { return [] }
    var requests: [Int: Int] = [:]
    for moment in moments.values.joined() where days.contains(moment.day) {
      requests[Int(moment.day), default: 0] += 1
    }
    let sorted = requests.values.sorted()
    let fewest = sorted.isEmpty ? 0 : sorted[sorted.count / 2] / 20
    return requests.filter { $0.value > fewest }.keys.sorted()
  }
}
