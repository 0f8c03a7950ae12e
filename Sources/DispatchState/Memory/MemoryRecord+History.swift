package import DispatchCore
package import HexGrid
import Synchronization

extension MemoryRecord: ZoneHistory {
  package func append(_ loads: [ZoneLoad], in region: RegionID, at time: Timestamp) async throws {
    state.withLock { $0.history[region, default: [:]][time] = loads }
  }

  package func loads(
    of cell: HexCell, from: Timestamp, to: Timestamp
  ) async throws -> [(time: Timestamp, load: ZoneLoad)] {
    state.withLock { state in
      var sums: [Timestamp: ZoneLoad] = [:]
      for moments in state.history.values {
        for (time, loads) in moments where time >= from && time < to {
          for load in loads where load.cell.parent(at: cell.resolution) == cell {
            var sum = sums[time] ?? ZoneLoad(cell: cell)
            sum.demand += load.demand
            sum.supply += load.supply
            sum.idle += load.idle
            sum.openRequests += load.openRequests
            sum.completed += load.completed
            sums[time] = sum
          }
        }
      }
      return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }
}

extension MemoryRecord: ClockStore {
  package func clockSetting() async throws -> ClockSetting? {
    state.withLock { $0.clock }
  }

  package func keep(_ setting: ClockSetting) async throws {
    state.withLock { $0.clock = setting }
  }
}
