import DispatchCore
import DispatchState
import FunctionKit
import TriggerRuntime

extension StoreSet {
  /// Stores in this process's memory: nothing is installed, nothing is kept.
  /// - Parameter models: what was learned; nil takes what is trained and kept in the same memory.
  static func memory(models: (any ModelSource)? = nil) -> StoreSet {
    let streams = MemoryEventStream()
    let record = MemoryRecord()
    let leases = MemoryLeaseKeeper()
    return StoreSet(
      record: record, fleet: MemoryFleet(), hub: FeedHub(), publisher: streams,
      // What is in memory is not durable: nothing is accepted to be done later. The outbox is what the relay publishes of it.
      triggers: TriggerStores(
        leases: leases, streams: streams, outbox: MemoryOutboxTopic(streams: streams),
        deduplication: MemoryDeduplicationStore()),
      leases: leases,
      models: models ?? StoredModels(store: record, workbench: QueueWorkbench()), services: [], hasFeedTail: false,
      trouble: { nil }, stop: {})
  }
}
