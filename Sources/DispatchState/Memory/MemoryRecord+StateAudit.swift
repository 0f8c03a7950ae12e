package import DispatchCore
import Synchronization

extension MemoryRecord: StateAudit {
  package func audit(at now: Timestamp) async throws -> AuditReport {
    state.withLock { state in
      AuditReport(
        rides: state.rides.count, ledgerEntries: state.entries.count,
        violations: RecordAudit.violations(
          rides: Array(state.rides.values), offers: Array(state.offers.values), drivers: Array(state.drivers.values),
          settlements: Array(state.settlements.values), entries: Array(state.entries.values), now: now))
    }
  }
}
