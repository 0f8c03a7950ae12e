package import DispatchCore
import Synchronization

extension MemoryRecord: FareLedger {
  package func entries(of ride: RideID) async throws -> [LedgerEntry] {
    state.withLock { state in
      state.entries.values.filter { $0.ride == ride }.sorted { $0.id < $1.id }
    }
  }

  package func balance(of account: LedgerAccount) async throws -> [Money] {
    state.withLock { state in
      var sums: [Currency: Int64] = [:]
      for entry in state.entries.values {
        for posting in entry.postings where posting.account == account {
          sums[entry.currency, default: 0] += posting.minorUnits
        }
      }
      return sums.map { Money(minorUnits: $0.value, currency: $0.key) }.sorted { $0.currency.code < $1.currency.code }
    }
  }
}

extension MemoryRecord: TariffStore {
  package func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff? {
    state.withLock { state in
      state.tariffs.values.filter { $0.region == region && $0.vehicleClass == vehicleClass && $0.validFrom <= time }
        .max { ($0.validFrom, $0.id) < ($1.validFrom, $1.id) }
    }
  }

  package func tariff(_ id: TariffID) async throws -> Tariff? {
    state.withLock { $0.tariffs[id] }
  }

  package func add(_ tariff: Tariff) async throws {
    state.withLock { state in
      if state.tariffs[tariff.id] == nil { state.tariffs[tariff.id] = tariff }
    }
  }
}
