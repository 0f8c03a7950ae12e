extension MeterRule {
  /// The whole units of a reading.
  package func units(_ reading: MeterReading) -> Int64 {
    let distance = Int128(max(reading.fastMicrometers, 0)) * Int128(unitMilliseconds)
    let time = Int128(max(reading.slowMilliseconds, 0)) * Int128(unitMicrometers)
    return Int64(clamping: (distance + time) / (Int128(unitMicrometers) * Int128(unitMilliseconds)))
  }

  /// The units of a ride of which only way and time are known: as if it had moved at one speed and crept at another, in the shares
  /// that give both way and time.
  ///
  /// A longer way or time never gives fewer units, and the result lies between the larger of way and time in units and their sum.
  package func estimatedUnits(micrometers: Int64, milliseconds: Int64) -> Int64 {
    let way = Int128(micrometers)
    let time = Int128(milliseconds)
    // In micrometres times a thousand, so that speeds per second meet milliseconds.
    let whole = way * 1_000
    if whole >= Int128(moving) * time { return Int64(clamping: way / Int128(unitMicrometers)) }
    if whole <= Int128(creeping) * time { return Int64(clamping: time / Int128(unitMilliseconds)) }
    let spread = Int128(moving - creeping)
    // Both shares times `spread`, so that nothing is rounded before the end.
    let slow = Int128(moving) * time - whole
    let fastWay = way * spread * 1_000 - Int128(creeping) * slow
    let unit = Int128(unitMicrometers) * Int128(unitMilliseconds)
    return Int64(
      clamping: (fastWay * Int128(unitMilliseconds) + slow * Int128(unitMicrometers) * 1_000)
        / (unit * spread * 1_000))
  }
}
