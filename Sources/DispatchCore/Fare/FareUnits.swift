/// Distances, times and speeds with their units, exactly.
package enum FareUnits {
  /// An international mile.
  package static let mileMicrometers: Int64 = 1_609_344_000
  package static let kilometerMicrometers: Int64 = 1_000_000_000
  /// The longest way that is priced.
  package static let maximumMicrometers: Int64 = 2_000 * kilometerMicrometers
  /// The longest time that is priced: a week.
  package static let maximumMilliseconds: Int64 = 7 * 86_400_000

  /// Reads `0.2 mi`, `1 km` or `300 m`.
  package static func micrometers(_ text: String) -> Int64? {
    quantity(text, ["mi": mileMicrometers, "km": kilometerMicrometers, "m": 1_000_000], limit: maximumMicrometers)
  }

  /// Reads `60 s`, `5 min` or `1 h`.
  package static func milliseconds(_ text: String) -> Int64? {
    quantity(text, ["s": 1_000, "min": 60_000, "h": 3_600_000], limit: maximumMilliseconds)
  }

  /// Reads `12 mph` or `20 km/h`.
  package static func micrometersPerSecond(_ text: String) -> Int64? {
    guard let perHour = quantity(text, ["mph": mileMicrometers, "km/h": kilometerMicrometers], limit: maximumMicrometers)
    else { return nil }
    return (perHour + 1_800) / 3_600
  }

  private static func quantity(_ text: String, _ units: [String: Int64], limit: Int64) -> Int64? {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let number = FixedDecimal(parts[0]), number.millionths >= 0,
      let unit = units[String(parts[1])]
    else { return nil }
    let product = Int128(number.millionths) * Int128(unit)
    guard product % 1_000_000 == 0, product / 1_000_000 <= Int128(limit) else { return nil }
    return Int64(product / 1_000_000)
  }

  /// A way, for people.
  package static func text(micrometers: Int64) -> String {
    "\(FixedDecimal(millionths: micrometers / 1_000_000 * 1_000)) km"
  }

  /// A time, for people.
  package static func text(milliseconds: Int64) -> String {
    "\(FixedDecimal(millionths: milliseconds * 1_000)) s"
  }

  /// A share in hundredths of a percent, for people.
  package static func text(basisPoints: Int64) -> String {
    "\(FixedDecimal(millionths: basisPoints * 10_000)) %"
  }
}
