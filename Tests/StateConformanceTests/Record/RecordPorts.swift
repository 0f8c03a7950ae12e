import DispatchState
import PostgresState

/// Everything that a record can do; each implementation is tested by the same code.
protocol RecordPorts: RideStore, DriverStore, Outbox, FareLedger, TariffStore, ZoneHistory, ClockStore, StateAudit,
  MatchLog, BlockedPairStore, ModelStore, RideHistory, PositionStore
{}

extension MemoryRecord: RecordPorts {}
extension PostgresRecord: RecordPorts {}
