/// Which dead letters are meant: all of them unless something narrows it.
public struct DeadLetterFilter: Sendable, Hashable {
  /// Only those of a function.
  public var function: String?
  /// Only those of a trigger of that name.
  public var trigger: String?
  /// Only those that failed last at that moment or later, in real time.
  public var since: EventTime?
  /// Only these; empty means any.
  public var ids: [Int64]
  /// Only those behind this id, for the next page.
  public var after: Int64
  /// At most so many.
  public var limit: Int

  /// Creates a filter.
  /// - Parameters:
  ///   - function: only those of a function.
  ///   - trigger: only those of a trigger of that name.
  ///   - since: only those that failed last at that moment or later.
  ///   - ids: only these; empty means any.
  ///   - after: only those behind this id.
  ///   - limit: at most so many.
  public init(
    function: String? = nil, trigger: String? = nil, since: EventTime? = nil, ids: [Int64] = [], after: Int64 = 0,
    limit: Int = .max
  ) {
    self.function = function
    self.trigger = trigger
    self.since = since
    self.ids = ids
    self.after = after
    self.limit = limit
  }

  /// Whether it means a dead letter, its limit aside.
  /// - Parameter letter: the dead letter.
  public func matches(_ letter: DeadLetter) -> Bool {
    letter.id > after && (function ?? letter.place.function) == letter.place.function
      && (trigger ?? letter.place.trigger) == letter.place.trigger
      && (since ?? letter.lastFailure) <= letter.lastFailure && (ids.isEmpty || ids.contains(letter.id))
  }
}
