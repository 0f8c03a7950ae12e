import DispatchCore
import DispatchState
import FunctionKit

extension StoreSet {
  /// Stores in this process's memory: nothing is installed, nothing is kept.
  /// - Parameter models: what was learned; nil takes what is trained and kept in the same memory.
  static func memory(models: (any ModelSource)? = nil) -> StoreSet {
    let streams = MemoryEventStream()
    let record = MemoryRecord()
    return StoreSet(
      record: record, fleet: MemoryFleet(), hub: FeedHub(), publisher: streams, streams: streams,
      leases: MemoryLeaseKeeper(),
      models: models ?? StoredModels(store: record, workbench: QueueWorkbench()), services: [], hasFeedTail: false,
      trouble: { nil }, stop: {})
  }
}
