/// What all functions of an installation share: configuration as plain data.
package struct DispatchConfiguration: Sendable {
  package var regions: RegionMap
  /// How fast the crow drives, for pickups and quotes.
  package var speeds: SpeedProfile
  /// How far event times may lie from the clock.
  package var eventTimes: EventTimeWindow

  package init(
    regions: RegionMap = .standard, speeds: SpeedProfile = .standard, eventTimes: EventTimeWindow = EventTimeWindow()
  ) {
    self.regions = regions
    self.speeds = speeds
    self.eventTimes = eventTimes
  }
}
