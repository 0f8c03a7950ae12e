/// Where a replay is.
package struct ReplayProgress: Equatable, Sendable {
  /// City time in milliseconds since 1970.
  package var cityMilliseconds: Int64
  /// The city's local time zone.
  package var zone: CityTimeZone
  package var requests = 0
  package var open = 0
  package var served = 0
  package var meanWaitSeconds = 0.0
  package var idleDrivers = 0
  package var drivers = 0
  package var pingsPerSecond = 0.0
  package var errors = 0
  /// Whether the server is away right now.
  package var isServerAway = false

  /// One line of text.
  package var line: String {
    let seconds = CivilTime.floorDivide(cityMilliseconds, 1_000)
    let local = CivilTime(secondsSince1970: seconds + zone.offsetSeconds(at: seconds))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    var text = "\(two(local.hour)):\(two(local.minute)):\(two(local.second))"
    text += "  \(FixedPoint.grouped(requests)) requests, \(open) open, \(FixedPoint.grouped(served)) served"
    text += ", wait \(FixedPoint.text(meanWaitSeconds, decimals: 0)) s, \(idleDrivers) of \(drivers) idle"
    text += ", \(FixedPoint.grouped(Int(pingsPerSecond))) pings/s, \(errors) errors"
    return isServerAway ? text + ", server away" : text
  }
}
