package import DispatchCore
import Synchronization

extension MemoryRecord: DriverStore {
  package func status(of driver: DriverID) async throws -> DriverStatus? {
    state.withLock { $0.drivers[driver] }
  }

  package func setShift(
    _ driver: DriverID, region: RegionID, vehicleClass: VehicleClass, isOnline: Bool, at time: Timestamp
  ) async throws -> DriverStatus {
    state.withLock { state in
      let activity: DriverActivity = isOnline ? .idle : .offline
      if var known = state.drivers[driver] {
        switch known.activity {
        case .offered, .busy:
          return known
        case .idle, .offline:
          guard known.activity != activity || known.vehicleClass != vehicleClass || known.region != region else {
            return known
          }
          if known.activity != activity { known.since = time }
          known.activity = activity
          known.vehicleClass = vehicleClass
          known.region = region
          known.version += 1
          state.drivers[driver] = known
          return known
        }
      }
      let status = DriverStatus(
        driver: driver, region: region, vehicleClass: vehicleClass, activity: activity, version: 1, since: time)
      state.drivers[driver] = status
      return status
    }
  }

  package func statuses(in region: RegionID, after cursor: DriverID?, limit: Int) async throws -> [DriverStatus] {
    state.withLock { state in
      Array(
        state.drivers.values.filter { status in status.region == region && (cursor.map { status.driver > $0 } ?? true) }
          .sorted { $0.driver < $1.driver }.prefix(max(0, limit)))
    }
  }
}
