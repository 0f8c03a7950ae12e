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

  package func post(_ entries: [LedgerEntry], settling settlement: Settlement?) async throws -> Int {
    try state.withLock { state in
      var added = 0
      for entry in entries {
        if let known = state.entries[entry.id], known.postings != entry.postings || known.currency != entry.currency {
          throw StateError.idempotencyKeyReused
        }
      }
      for entry in entries where state.entries[entry.id] == nil {
        state.entries[entry.id] = entry
        added += 1
      }
      if added > 0, let settlement, state.settlements[settlement.ride] == nil {
        state.settlements[settlement.ride] = settlement
      }
      return added
    }
  }

  package func statement(
    of account: LedgerAccount, after cursor: StatementLine?, limit: Int
  ) async throws -> [StatementLine] {
    state.withLock { state in
      var lines: [StatementLine] = []
      for entry in state.entries.values {
        let postings = entry.postings.filter { $0.account == account }
        guard !postings.isEmpty else { continue }
        lines.append(
          StatementLine(
            entry: entry.id, ride: entry.ride, purpose: entry.purpose, time: entry.time,
            amount: Money(minorUnits: postings.reduce(0) { $0 + $1.minorUnits }, currency: entry.currency),
            reason: entry.reason))
      }
      let wanted = lines.filter { line in cursor.map { ($0.time, $0.entry) < (line.time, line.entry) } ?? true }
      return Array(wanted.sorted { ($0.time, $0.entry) < ($1.time, $1.entry) }.prefix(max(limit, 0)))
    }
  }

  package func unsettledCancellations(
    in region: RegionID, endedBefore moment: Timestamp, limit: Int
  ) async throws -> [RideID] {
    state.withLock { state in
      var found: [RideID] = []
      for entry in state.indexes[region]?.calledOff.entries ?? [] {
        guard entry.time < moment, found.count < limit else { break }
        if state.settlements[entry.id] == nil { found.append(entry.id) }
      }
      return found
    }
  }

  package func trialBalance() async throws -> [TrialBalanceLine] {
    struct Key: Hashable {
      var account: String
      var currency: Currency
    }
    return state.withLock { state in
      var lines: [Key: TrialBalanceLine] = [:]
      for entry in state.entries.values {
        for posting in entry.postings {
          let name =
            switch posting.account {
            case .rider: "riders"
            case .driver: "drivers"
            default: posting.account.description
            }
          let empty = TrialBalanceLine(account: name, currency: entry.currency, debits: 0, credits: 0)
          var line = lines[Key(account: name, currency: entry.currency), default: empty]
          if posting.minorUnits > 0 { line.debits += posting.minorUnits } else { line.credits -= posting.minorUnits }
          lines[Key(account: name, currency: entry.currency)] = line
        }
      }
      return lines.values.sorted { ($0.account, $0.currency.code) < ($1.account, $1.currency.code) }
    }
  }
}

extension MemoryRecord: TariffStore {
  package func tariff(region: RegionID, vehicleClass: VehicleClass, at time: Timestamp) async throws -> Tariff? {
    state.withLock { state in
      state.tariffs.values.filter { $0.region == region && $0.vehicleClass == vehicleClass && $0.isValid(at: time) }
        .max { ($0.validFrom, $0.id) < ($1.validFrom, $1.id) }
    }
  }

  package func tariff(_ id: TariffID) async throws -> Tariff? {
    state.withLock { $0.tariffs[id] }
  }

  @discardableResult
  package func add(_ tariff: Tariff) async throws -> Tariff {
    state.withLock { state in
      if let known = state.tariffs[tariff.id] { return known }
      state.tariffs[tariff.id] = tariff
      return tariff
    }
  }

  package func tariffs(in region: RegionID?) async throws -> [Tariff] {
    state.withLock { state in
      state.tariffs.values.filter { region == nil || $0.region == region }.sorted {
        ($0.region, $0.vehicleClass.rawValue, $0.validFrom, $0.id) < (
          $1.region, $1.vehicleClass.rawValue, $1.validFrom, $1.id
        )
      }
    }
  }
}

extension MemoryRecord: PositionStore {
  package func append(_ positions: [RecordedPosition]) async throws {
    state.withLock { state in
      for position in positions {
        var known = state.positions[position.driver] ?? [:]
        if known[position.fix.time] == nil { known[position.fix.time] = position.fix }
        state.positions[position.driver] = known
      }
    }
  }

  package func forgetPositions(before moment: Timestamp) async throws {
    state.withLock { state in
      for (driver, known) in state.positions {
        let kept = known.filter { $0.key >= moment }
        state.positions[driver] = kept.isEmpty ? nil : kept
      }
    }
  }

  package func positions(
    of driver: DriverID, from start: Timestamp, to end: Timestamp
  ) async throws -> [Taximeter.Fix] {
    state.withLock { state in
      (state.positions[driver] ?? [:]).values.filter { $0.time >= start && $0.time <= end }
        .sorted { $0.time < $1.time }
    }
  }
}
