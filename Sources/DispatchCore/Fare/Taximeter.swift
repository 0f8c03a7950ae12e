package import HexGrid

/// A taximeter on recorded positions: distance counts while fast, time while slow, whatever the positions have of gaps, jumps and
/// wrong clocks.
package struct Taximeter: Sendable {
  /// A position that was recorded.
  package struct Fix: Sendable, Hashable {
    package var time: Timestamp
    package var point: GeoPoint

    package init(time: Timestamp, point: GeoPoint) {
      self.time = time
      self.point = point
    }
  }

  /// What a ride came to.
  package struct Report: Sendable, Hashable {
    package var reading: MeterReading
    /// The way, in micrometres: straight between positions, so never more than was driven.
    package var micrometers: Int64
    /// Time between the first and the last position that counted.
    package var milliseconds: Int64
    /// Positions that were left out: not on the earth, at no later time, or nowhere a car could be.
    package var ignored: Int
    /// Stretches of over `gapMilliseconds` without a position.
    package var gaps: Int
  }

  /// No car is faster: 70 m/s.
  static let fastestMetersPerSecond = 70.0
  /// So many positions in a row that agree with each other outweigh the one that they contradict.
  static let outvoting = 3
  static let gapMilliseconds: Int64 = 120_000

  private let slowBelow: Double
  private var last: Fix?
  /// Positions that contradict `last` and agree with each other.
  private var suspects: [Fix] = []
  private var report = Report(
    reading: MeterReading(fastMicrometers: 0, slowMilliseconds: 0), micrometers: 0, milliseconds: 0, ignored: 0, gaps: 0)

  /// A meter that is set to nothing.
  /// - Parameter slowBelow: the speed below which time counts, in micrometres per second.
  package init(slowBelow: Int64) { self.slowBelow = Double(slowBelow) / 1_000_000 }

  /// What a ride comes to by its positions.
  /// - Parameters:
  ///   - fixes: in any order, duplicates included.
  ///   - start: when the rider got in; earlier positions are left out.
  ///   - end: when the rider got out; later positions are left out.
  ///   - slowBelow: the speed below which time counts, in micrometres per second.
  package static func read(_ fixes: [Fix], from start: Timestamp, to end: Timestamp, slowBelow: Int64) -> Report {
    var meter = Taximeter(slowBelow: slowBelow)
    let inside = fixes.filter { $0.time >= start && $0.time <= end }
    for fix in inside.sorted(by: Self.isEarlier) { meter.add(fix) }
    meter.report.ignored += fixes.count - inside.count
    return meter.finish()
  }

  /// Same times in the order of places, so that any order of arrival gives the same.
  private static func isEarlier(_ left: Fix, _ right: Fix) -> Bool {
    (left.time.unixMilliseconds, left.point.latitude, left.point.longitude)
      < (right.time.unixMilliseconds, right.point.latitude, right.point.longitude)
  }

  /// Counts a position.
  package mutating func add(_ fix: Fix) {
    let point = fix.point
    guard GeoPoint(validatingLatitude: point.latitude, longitude: point.longitude) != nil else {
      report.ignored += 1
      return
    }
    guard let previous = last else {
      last = fix
      return
    }
    if let suspect = suspects.last {
      // A jump is believed once several positions in a row are where it led.
      guard isReachable(fix, from: previous) else {
        if fix.time > suspect.time, isReachable(fix, from: suspect) {
          suspects.append(fix)
        } else {
          report.ignored += suspects.count
          suspects = [fix]
        }
        if suspects.count == Self.outvoting { moveToSuspects() }
        return
      }
      report.ignored += suspects.count
      suspects = []
    }
    guard fix.time > previous.time else {
      report.ignored += 1
      return
    }
    guard isReachable(fix, from: previous) else {
      suspects = [fix]
      return
    }
    count(previous, fix)
  }

  /// The first position may itself have been the wrong one.
  private mutating func moveToSuspects() {
    let believed = suspects
    suspects = []
    // The way of the jump is not driven; the time that it took is time of the ride.
    if let previous = last, let first = believed.first { countTime(previous, first) }
    last = believed.first
    for fix in believed.dropFirst() { if let previous = last { count(previous, fix) } }
  }

  private mutating func countTime(_ from: Fix, _ to: Fix) {
    let time = min(max(to.time.milliseconds(since: from.time), 0), FareUnits.maximumMilliseconds)
    report.milliseconds = min(report.milliseconds + time, FareUnits.maximumMilliseconds)
    if time > Self.gapMilliseconds { report.gaps += 1 }
  }

  private mutating func count(_ from: Fix, _ to: Fix) {
    countTime(from, to)
    let time = min(max(to.time.milliseconds(since: from.time), 0), FareUnits.maximumMilliseconds)
    let meters = from.point.distanceMeters(to: to.point)
    let way = Int64(exactly: (meters * 1_000_000).rounded()) ?? 0
    report.micrometers = min(report.micrometers + way, FareUnits.maximumMicrometers)
    if meters < slowBelow * Double(time) / 1_000 {
      report.reading.slowMilliseconds = min(report.reading.slowMilliseconds + time, FareUnits.maximumMilliseconds)
    } else {
      report.reading.fastMicrometers = min(report.reading.fastMicrometers + way, FareUnits.maximumMicrometers)
    }
    last = to
  }

  private func isReachable(_ fix: Fix, from: Fix) -> Bool {
    let seconds = max(fix.time.seconds(since: from.time), 1)
    return from.point.distanceMeters(to: fix.point) <= Self.fastestMetersPerSecond * seconds + 100
  }

  /// What the meter shows.
  package mutating func finish() -> Report {
    report.ignored += suspects.count
    suspects = []
    return report
  }
}
