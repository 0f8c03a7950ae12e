/// The knobs of rebalancing.
package struct RebalancePolicy: Sendable, Hashable {
  /// Whether drivers are moved between the parts of a city.
  package var movesBetweenAreas = true
  /// What a second of a long empty drive costs, in seconds of riders' waits.
  package var longDriveWeight = 0.125
  /// What a second of a short empty drive costs, in seconds of riders' waits.
  package var shortDriveWeight = 0.125
  /// What a rider whom nobody serves costs, in seconds of wait.
  package var lostRideSeconds = 2_500.0
  /// How far ahead the flow between areas looks, in steps of `stepSeconds`.
  package var steps = 5
  /// The length of a step, in seconds.
  package var stepSeconds = 1_200
  /// For how many steps more than those a driver's last place counts.
  package var terminalSteps = 12.0
  /// The relative error to expect of an area's forecast, beside chance.
  package var levelError = 0.05
  /// The demand that drivers are spread for, in seconds from now.
  package var coverSeconds = 400
  /// A short move must save so much more than it costs, in seconds of riders' waits.
  package var leastGainSeconds = 10.0
  /// The chance that the nearest driver is already taken when a rider asks.
  package var takenChance = 0.5
  /// A driver farther from a rider than this counts as none, in metres; also the longest short move.
  package var coverMeters = 2_000.0

  /// The usual knobs, chosen on days of history.
  package init() {}
}
