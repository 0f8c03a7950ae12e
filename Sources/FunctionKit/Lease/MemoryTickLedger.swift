import Synchronization

/// Ticks within one process: the reference for every other ledger.
public final class MemoryTickLedger: TickLedger {
  private let ticks = Mutex<[String: LedgerTick]>([:])

  /// Creates an empty ledger.
  public init() {}

  /// The last tick of a trigger.
  public func last(_ trigger: String) async throws -> LedgerTick? {
    ticks.withLock { $0[trigger] }
  }

  /// Writes the next tick, unless somebody else has written one since.
  public func advance(_ trigger: String, from known: EventTime?, to next: LedgerTick) async throws -> Bool {
    ticks.withLock { ticks in
      guard ticks[trigger]?.time == known else { return false }
      ticks[trigger] = next
      return true
    }
  }

  /// Says that the run of a tick ended.
  public func finish(_ trigger: String, _ tick: EventTime) async throws {
    ticks.withLock { ticks in
      if ticks[trigger]?.time == tick { ticks[trigger]?.isDone = true }
    }
  }
}
