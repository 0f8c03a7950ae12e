package import FunctionKit

/// When a cron trigger of a function.yaml ticks, for whoever runs functions without a runtime.
package struct CronTimetable: Sendable {
  private let schedule: CronSchedule

  /// What the attributes of a cron trigger may be named.
  static let attributes = ["schedule", "interval", "timeZone", "event", "concurrencyPolicy", "scope", "type", "missed"]

  /// Reads the schedule of a trigger.
  /// - Parameters:
  ///   - trigger: a trigger of the kind `cron`.
  ///   - origin: how errors name it.
  /// - Throws: `SetupError` where its attributes are no schedule.
  package init(_ trigger: TriggerSpecification, origin: String) throws {
    schedule = try Self.schedule(AttributeReader(trigger, origin: origin, known: Self.attributes))
  }

  /// The first tick after a moment; nil where there is none within eight years.
  package func next(after moment: EventTime) -> EventTime? { schedule.next(after: moment) }

  static func schedule(_ reader: AttributeReader) throws -> CronSchedule {
    switch (try reader.string("schedule"), try reader.duration("interval")) {
    case (let text?, nil):
      guard let fields = CronFields(text) else {
        throw reader.wrong("schedule", "five fields: minute, hour, day of the month, month, day of the week")
      }
      let zoneName = try reader.string("timeZone") ?? "UTC"
      guard let schedule = CronSchedule(fields, in: zoneName) else {
        throw reader.wrong("timeZone", "a time zone such as America/Los_Angeles")
      }
      return schedule
    case (nil, let interval?):
      let milliseconds = interval.wholeNanoseconds / 1_000_000
      guard milliseconds >= 1, .milliseconds(milliseconds) == interval else {
        throw reader.wrong("interval", "whole milliseconds")
      }
      guard !reader.has("timeZone") else { throw reader.wrong("timeZone", "none beside an interval") }
      return .interval(milliseconds: milliseconds)
    case (.some, .some): throw reader.wrong("interval", "either schedule or interval, not both")
    case (nil, nil): throw reader.missing("schedule", "schedule or interval")
    }
  }
}
