import DispatchCore
import DispatchState
import FunctionKit
import ServiceLifecycle
import TriggerRuntime

/// Everything behind the functions' data bindings, whichever stores it lives in.
struct StoreSet: Sendable {
  /// What the record can do; one object does all of it.
  typealias Record = RideStore & DriverStore & Outbox & FareLedger & TariffStore & ZoneHistory & ClockStore & StateAudit
    & SuggestionStore & MatchLog & BlockedPairStore & ModelStore & RideHistory & PositionStore

  var record: any Record
  var fleet: any FleetIndex & SurgeStore
  var hub: FeedHub
  var publisher: any EventPublisher
  /// Where triggers read, and what they keep.
  var triggers: TriggerStores
  var leases: any LeaseKeeper
  /// What was learned of the regions, in the versions that are in use.
  var models: any ModelSource
  /// What must run while the stores are used, in the order of their start.
  var services: [any Service]
  /// Whether published messages reach the hub by a tail of the stream; otherwise the relay hands them over.
  var hasFeedTail: Bool
  /// Where Redis is; nil where state is in memory.
  var redisURL: String?
  /// Where PostgreSQL is; nil where state is in memory.
  var postgresURL: String?
  /// Says why the stores cannot be used at present; nil where they can.
  var trouble: @Sendable () async -> String?
  /// Ends what was started for the stores, after the services have ended.
  var stop: @Sendable () async -> Void
}
