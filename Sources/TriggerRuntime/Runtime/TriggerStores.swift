public import FunctionKit

/// Where triggers read, and what they keep across instances and deaths.
public struct TriggerStores: Sendable {
  /// What keeps a running tick to one instance; nil where there is only one.
  public var leases: (any LeaseKeeper)?
  /// Remembers the last tick of each cron trigger; by default as long as the process lives.
  public var ticks: any TickLedger
  /// Where `redis-stream` triggers read; nil where no function has one.
  public var streams: (any EventStreamSource)?
  /// Where `postgres` triggers read; nil where no function has one.
  public var outbox: (any EventStreamSource)?
  /// Where asynchronous invocations wait, a topic per function; it must be durable once it has taken an event. Nil refuses them.
  public var invocations: (any EventStreamSource & EventPublisher)?
  /// Where events go that were given up; by default as long as the process lives.
  public var deadLetters: any DeadLetterQueue
  /// Remembers handled events for delivery that takes effect once; nil where no trigger wants that.
  public var deduplication: (any DeduplicationStore)?

  /// Creates stores.
  /// - Parameters:
  ///   - leases: what keeps a running tick to one instance.
  ///   - ticks: remembers the last tick of each cron trigger.
  ///   - streams: where `redis-stream` triggers read.
  ///   - outbox: where `postgres` triggers read.
  ///   - invocations: where asynchronous invocations wait.
  ///   - deadLetters: where events go that were given up.
  ///   - deduplication: remembers handled events.
  public init(
    leases: (any LeaseKeeper)? = nil, ticks: any TickLedger = MemoryTickLedger(),
    streams: (any EventStreamSource)? = nil, outbox: (any EventStreamSource)? = nil,
    invocations: (any EventStreamSource & EventPublisher)? = nil,
    deadLetters: any DeadLetterQueue = MemoryDeadLetterQueue(), deduplication: (any DeduplicationStore)? = nil
  ) {
    self.leases = leases
    self.ticks = ticks
    self.streams = streams
    self.outbox = outbox
    self.invocations = invocations
    self.deadLetters = deadLetters
    self.deduplication = deduplication
  }
}
