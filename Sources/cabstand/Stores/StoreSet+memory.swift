import DispatchCore
import DispatchState
import FunctionKit

extension StoreSet {
  /// Stores in this process's memory: nothing is installed, nothing is kept.
  static func memory() -> StoreSet {
    let streams = MemoryEventStream()
    return StoreSet(
      record: MemoryRecord(), fleet: MemoryFleet(), hub: FeedHub(), publisher: streams, streams: streams,
      leases: MemoryLeaseKeeper(), services: [], hasFeedTail: false, trouble: { nil }, stop: {})
  }
}
