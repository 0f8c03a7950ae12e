import Foundation
import FunctionKit

/// Finds the minutes that a cron expression means in a time zone.
///
/// When clocks go forward, a tick in the hour that is left out comes right after it; when they go back, a tick at fixed hours comes
/// the first time only. A schedule whose hour is a star follows real time through both.
struct CronCalendar {
  let fields: CronFields
  let zone: TimeZone

  /// How far ahead is looked: past one leap day that falls out at the end of a century.
  private static let horizonSeconds = 8 * 366 * 86_400

  /// The first tick after a moment.
  func next(after moment: EventTime) -> EventTime? {
    let milliseconds = moment.unixMilliseconds
    let floor = milliseconds >= 0 ? milliseconds / 60_000 : (milliseconds - 59_999) / 60_000
    guard let start = Int(exactly: (floor + 1) * 60), abs(start) < 1 << 40 else { return nil }
    var second = start
    while second < start + Self.horizonSeconds {
      if skippedTick(at: second) || (fits(second) && !isRepetition(second)) {
        return EventTime(unixMilliseconds: Int64(second) * 1_000)
      }
      second = step(from: second)
    }
    return nil
  }

  private func offset(at second: Int) -> Int {
    zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
  }

  private func fits(_ second: Int) -> Bool {
    fits(local: second + offset(at: second))
  }

  private func fits(local: Int) -> Bool {
    let minute = local / 60 % 60
    let hour = local / 3_600 % 24
    return local >= 0 && fields.allows(minute: minute) && fields.allows(hour: hour) && fitsDay(local / 86_400)
  }

  private func fitsDay(_ day: Int) -> Bool {
    let date = CivilDate(daysSinceEpoch: day)
    return fields.allows(month: date.month) && fields.allows(day: date.day, weekday: (day + 4) % 7)
  }

  /// The next moment worth a look: the next minute, hour or day, whichever the fields allow to skip to.
  private func step(from second: Int) -> Int {
    let now = offset(at: second)
    let local = second + now
    let jump: Int
    if !fitsDay(local / 86_400) {
      jump = 86_400 - local % 86_400
    } else if !fields.allows(hour: local / 3_600 % 24) {
      jump = 3_600 - local % 3_600
    } else {
      jump = 60 - local % 60
    }
    // Clocks that went forward on the way would have been jumped over.
    let gain = offset(at: second + jump) - now
    return gain > 0 ? max(second + 60, second + jump - gain) : second + jump
  }

  /// Whether clocks went forward right here over a tick.
  private func skippedTick(at second: Int) -> Bool {
    guard !fields.isHourFree else { return false }
    let before = offset(at: second - 60)
    let gain = offset(at: second) - before
    guard gain > 0 else { return false }
    return stride(from: second + before, to: second + before + gain, by: 60).contains { fits(local: $0) }
  }

  /// Whether clocks went back and showed this minute before.
  private func isRepetition(_ second: Int) -> Bool {
    guard !fields.isHourFree else { return false }
    let now = offset(at: second)
    return [1_800, 3_600, 7_200].contains { offset(at: second - $0) == now + $0 }
  }
}
