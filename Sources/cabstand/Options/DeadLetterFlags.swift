import ArgumentParser
import FunctionKit
import PostgresState

/// Which dead letters are meant, and where they are.
struct DeadLetterFlags: ParsableArguments, Sendable {
  @OptionGroup var stores: StoreOptions
  @OptionGroup var logs: LogOptions
  @Option(help: "Only those of a function.") var function: String?
  @Option(help: "Only those of the triggers of that name.") var trigger: String?
  @Option(
    help:
      "Only those that failed last since: a time such as 2026-05-01T08:00:00Z, or a span up to now such as 90m or 2h."
  )
  var since: String?
  @Option(help: "Only those of these numbers; repeat the option.") var id: [Int64] = []
  @Flag(help: "Print JSON.") var json = false

  func validate() throws { _ = try filter }

  /// What the options say.
  var filter: DeadLetterFilter {
    get throws {
      DeadLetterFilter(function: function, trigger: trigger, since: try since.map(Self.moment), ids: id)
    }
  }

  /// Refuses to mean everything by saying nothing.
  func checkIsNarrow(or all: Bool) throws {
    let isNarrow = function != nil || trigger != nil || since != nil || !id.isEmpty
    if !isNarrow, !all { throw ValidationError("Name --id, --function, --trigger or --since, or say --all.") }
  }

  /// The moment that a text means: a time, or a span up to now.
  static func moment(_ text: String) throws -> EventTime {
    if let time = EventTime(rfc3339: text) { return time }
    let seconds: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = text.last.flatMap({ seconds[$0] }), let count = Int(text.dropLast()), count >= 0,
      count <= 1_000_000
    else { throw ValidationError("--since must be a time or a span such as 90m, found \(text).") }
    return AdjustableClock.systemNow().advanced(by: .seconds(-count * unit))
  }

  /// Does something with the dead letters.
  func withQueue<Value: Sendable>(_ body: (any DeadLetterQueue) async throws -> Value) async throws -> Value {
    try await RecordAccess.withPool(stores, try logs.logger("dlq")) { pool in
      try await body(PostgresDeadLetters(pool: pool))
    }
  }
}
