extension DriverPayRule {
  /// The least pay for a ride, in minor units.
  ///
  /// New York's formula: (rate per mile × miles + rate per minute × minutes) ÷ utilization, rounded once. TLC rules § 59D-22; the rates
  /// that TLC publishes have the sector's utilization in them already.
  package func floorMinorUnits(
    micrometers: Int64, milliseconds: Int64, currency: Currency, rounding: Rounding
  ) -> Int64 {
    let way = Int128(min(max(micrometers, 0), FareUnits.maximumMicrometers))
    let time = Int128(min(max(milliseconds, 0), FareUnits.maximumMilliseconds))
    let unitWay = Int128(distanceUnitMicrometers)
    let unitTime = Int128(timeUnitMilliseconds)
    let sum = way * Int128(perDistance.millionths) * unitTime + time * Int128(perTime.millionths) * unitWay
    return rounding.minorUnits(
      sum * Int128(currency.minorUnitsPerUnit), unitWay * unitTime * 100 * Int128(utilizationBasisPoints))
  }
}
