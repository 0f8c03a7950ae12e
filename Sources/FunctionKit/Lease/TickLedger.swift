/// Remembers the last tick of each cron trigger, across instances and their deaths.
public protocol TickLedger: Sendable {
  /// The last tick of a trigger.
  /// - Parameter trigger: names function and trigger.
  /// - Returns: nil where there was none.
  /// - Throws: where the store cannot be reached.
  func last(_ trigger: String) async throws -> LedgerTick?

  /// Writes the next tick, unless somebody else has written one since.
  /// - Parameters:
  ///   - trigger: names function and trigger.
  ///   - known: what `last` answered; nil where there was none.
  ///   - next: the tick that becomes the last.
  /// - Returns: whether it did; false where the last tick is not the known one.
  /// - Throws: where the store cannot be reached; then it may have been written.
  func advance(_ trigger: String, from known: EventTime?, to next: LedgerTick) async throws -> Bool

  /// Says that the run of a tick ended; nothing happens where it is not the last one.
  /// - Parameters:
  ///   - trigger: names function and trigger.
  ///   - tick: the tick.
  /// - Throws: where the store cannot be reached.
  func finish(_ trigger: String, _ tick: EventTime) async throws
}

/// A tick in the ledger.
public struct LedgerTick: Sendable, Hashable {
  /// When it was due, in city time.
  public var time: EventTime
  /// Whether its run ended; a tick that nobody runs has.
  public var isDone: Bool
  /// Who wrote it, so that a writer who got no answer finds out whether it was written.
  public var owner: String

  /// Creates a tick.
  /// - Parameters:
  ///   - time: when it was due.
  ///   - isDone: whether its run ended.
  ///   - owner: who writes it.
  public init(time: EventTime, isDone: Bool, owner: String = "") {
    self.time = time
    self.isDone = isDone
    self.owner = owner
  }
}
