/// The price of one zone in a tick.
package struct SurgePrice: Sendable, Hashable {
  package var tick: SurgeTick
  package var zone: SurgeZone

  package init(tick: SurgeTick, zone: SurgeZone) {
    self.tick = tick
    self.zone = zone
  }

  /// The multiplier in force at a moment, in tenths: 1.0 once the tick is stale.
  package func tenths(at now: Timestamp) -> Int {
    tick.isFresh(at: now) ? zone.tenths : 10
  }
}
