import Foundation
import FunctionKit

/// When a cron trigger ticks.
enum CronSchedule: Sendable {
  /// At the multiples of a span since 1970, so that all instances agree.
  case interval(milliseconds: Int64)
  /// At the minutes that five fields describe, in a time zone.
  case fields(CronFields, TimeZone)

  /// Creates a schedule of five fields.
  /// - Parameters:
  ///   - fields: the fields.
  ///   - zoneName: a time zone's name; nil comes out where there is none.
  init?(_ fields: CronFields, in zoneName: String) {
    guard let zone = TimeZone(identifier: zoneName) else { return nil }
    self = .fields(fields, zone)
  }

  /// The first tick after a moment; nil where there is none within eight years.
  func next(after moment: EventTime) -> EventTime? {
    switch self {
    case .interval(let milliseconds):
      let passed = moment.unixMilliseconds
      let floor = passed >= 0 ? passed / milliseconds : (passed - milliseconds + 1) / milliseconds
      let (next, overflow) = (floor + 1).multipliedReportingOverflow(by: milliseconds)
      return overflow ? nil : EventTime(unixMilliseconds: next)
    case .fields(let fields, let zone):
      return CronCalendar(fields: fields, zone: zone).next(after: moment)
    }
  }

  /// The last tick at or before a moment and after an earlier one, and how many others lie between.
  func latest(after earlier: EventTime, upTo moment: EventTime) -> (tick: EventTime, missed: Int)? {
    if case .interval(let milliseconds) = self {
      guard let first = next(after: earlier), first <= moment else { return nil }
      let count = (moment.unixMilliseconds - first.unixMilliseconds) / milliseconds
      return (EventTime(unixMilliseconds: first.unixMilliseconds + count * milliseconds), Int(count))
    }
    guard var tick = next(after: start(of: earlier, moment)), tick <= moment else { return nil }
    var missed = 0
    while let following = next(after: tick), following <= moment {
      tick = following
      missed += 1
    }
    return (tick, missed)
  }

  /// The ticks after a moment and at or before another: the last ones where there are more than a limit, and how many were left out.
  func ticks(after earlier: EventTime, upTo moment: EventTime, limit: Int) -> (ticks: [EventTime], leftOut: Int) {
    guard let (last, others) = latest(after: earlier, upTo: moment) else { return ([], 0) }
    guard others > 0 else { return ([last], 0) }
    var ticks: [EventTime] = []
    var from = earlier
    if case .interval(let milliseconds) = self, others >= limit {
      from = EventTime(unixMilliseconds: last.unixMilliseconds - Int64(limit) * milliseconds)
    }
    while let tick = next(after: from), tick <= moment {
      ticks.append(tick)
      from = tick
      if ticks.count > limit { ticks.removeFirst() }
    }
    return (ticks, max(others + 1 - ticks.count, 0))
  }

  /// Where to begin to count ticks: after a long pause not at its beginning, whose ticks nobody needs one by one.
  private func start(of earlier: EventTime, _ moment: EventTime) -> EventTime {
    for hours in [1, 24, 32 * 24, 366 * 24] as [Int64] {
      let start = moment.advanced(by: .seconds(-3_600 * hours))
      if start <= earlier { return earlier }
      if let tick = next(after: start), tick <= moment { return start }
    }
    return earlier
  }
}
