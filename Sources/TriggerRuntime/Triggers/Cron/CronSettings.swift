import FunctionKit

/// The attributes of a `cron` trigger.
struct CronSettings: Sendable {
  /// What becomes of ticks that were due while nobody ran.
  enum Missed: String, CaseIterable {
    /// They are left out.
    case skip
    /// The last of them runs.
    case once
    /// Each of them runs, in order.
    case all
  }

  let schedule: CronSchedule
  let allowsOverlap: Bool
  let missed: Missed
  /// Whether a tick whose instance died is run again.
  let repeatsInterrupted: Bool
  let type: String
  let body: [UInt8]
  let extensions: [String: String]
  /// Whether instances share the ticks.
  let isShared: Bool

  /// Reads the attributes.
  /// - Throws: `SetupError`.
  init(_ trigger: TriggerSpecification, origin: String) throws {
    let reader = try AttributeReader(trigger, origin: origin, known: CronTimetable.attributes)
    schedule = try CronTimetable.schedule(reader)
    allowsOverlap = try reader.choice("concurrencyPolicy", of: ["Forbid", "Allow"]) == "Allow"
    missed = Missed(rawValue: try reader.choice("missed", of: Missed.allCases.map(\.rawValue)) ?? "") ?? .once
    type = try reader.string("type") ?? "cabstand.cron.ticked.v1"
    let event = try reader.map("event", known: ["body", "headers"])
    body = Array((try event?.string("body") ?? "").utf8)
    extensions = Dictionary(
      (try event?.texts("headers") ?? [:]).map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    isShared = try reader.choice("scope", of: ["cluster", "instance"]) != "instance"
    switch trigger.delivery.guarantee {
    case nil, .atMostOnce?: repeatsInterrupted = false
    case .atLeastOnce?: repeatsInterrupted = true
    case .effectivelyOnce?:
      throw SetupError(
        "\(trigger.places.prefix("delivery"))\(origin): a cron trigger knows atMostOnce, the default, and atLeastOnce, which runs a "
          + "tick again whose instance died; each tick's event has an id of its own to tell")
    }
    if repeatsInterrupted, allowsOverlap {
      throw reader.wrong("concurrencyPolicy", "Forbid, where interrupted ticks are run again")
    }
  }
}
