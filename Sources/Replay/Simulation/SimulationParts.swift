package import DispatchCore
package import DispatchState
package import FunctionKit

/// What a simulation is made of: a clock, stores in memory, and the functions on them.
package struct SimulationParts: Sendable {
  /// What the record must be able to do.
  package typealias Record = RideStore & Outbox & StateAudit

  /// The city's clock, which the functions share.
  package var clock: ManualClock
  package var record: any Record
  package var fleet: any FleetIndex
  package var regions: [RegionID]
  /// The functions; ticks of the same moment run in the order of their names.
  package var functions: [SimulatedFunction]
  /// The event that tells functions of a published message.
  package var event: @Sendable (SequencedMessage) -> Event
  /// Positions older than this must not be offered rides, in seconds.
  package var freshnessSeconds: Int
  /// Whether drivers with a rider aboard may be offered the next ride.
  package var offersNextRides: Bool

  /// Gathers the parts.
  package init(
    clock: ManualClock, record: any Record, fleet: any FleetIndex, regions: [RegionID],
    functions: [SimulatedFunction], event: @escaping @Sendable (SequencedMessage) -> Event, freshnessSeconds: Int = 60,
    offersNextRides: Bool = false
  ) {
    self.clock = clock
    self.record = record
    self.fleet = fleet
    self.regions = regions
    self.functions = functions
    self.event = event
    self.freshnessSeconds = freshnessSeconds
    self.offersNextRides = offersNextRides
  }
}
