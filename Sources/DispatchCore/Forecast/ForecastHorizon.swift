/// How far ahead demand is forecast.
package enum ForecastHorizon: Int, Sendable, Hashable, CaseIterable {
  case quarterHour = 900
  case halfHour = 1_800
  case hour = 3_600

  /// How long it is.
  package var seconds: Int { rawValue }
  /// How many intervals of a history it spans.
  var intervals: Int { rawValue / DemandHistory.intervalSeconds }
}
