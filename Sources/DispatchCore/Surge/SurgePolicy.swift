/// How prices follow demand and supply. Shares are in percent, multipliers in tenths: 10 is 1.0.
package struct SurgePolicy: Sendable, Hashable {
  /// How much a shortage counts: at 100, one request too many per free driver doubles the price.
  package var sensitivityPercent = 50
  /// The highest multiplier; 10 turns surge off.
  package var capTenths = 25
  /// How far a price may move per tick.
  package var stepTenths = 2
  /// How far the prices of two neighbouring zones may lie apart.
  package var neighborTenths = 5
  /// How much of the way to its new value a zone goes per tick.
  package var smoothingPercent = 40
  /// How far, in hundredths of the multiplier, a value must go past the middle between two tenths before the price follows; at
  /// most 4.
  package var hysteresisHundredths = 2
  /// Fewer requests than this say nothing.
  package var minimumRequests = 4
  /// The weight of the zone by itself.
  package var ownPercent = 50
  /// The weight of the zone together with its ring; what is left of 100 is the city's.
  package var ringPercent = 35
  /// The weight of a forecast in the demand; what is left of 100 is that of the requests seen.
  package var forecastPercent = 0
  /// Requests of so long count as demand, in seconds.
  package var windowSeconds = 300
  /// A surface is good for so long, in seconds.
  package var staleSeconds = 180

  package init() {}

  /// The weight of the whole city.
  package var cityPercent: Int { 100 - ownPercent - ringPercent }
}
