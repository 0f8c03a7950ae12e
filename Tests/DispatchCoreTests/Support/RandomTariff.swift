import DispatchCore

/// Tariffs of every shape, from a seed.
enum RandomTariff {
  /// A random amount in dollars of whole cents.
  static func dollars(_ random: inout SeededRandom, below cents: Int) -> String {
    Money(minorUnits: Int64(random.below(cents)), currency: .usd).amountText
  }

  /// A random rate of up to six places.
  static func rate(_ random: inout SeededRandom) -> String {
    FixedDecimal(millionths: Int64(random.below(4_000_000))).description
  }

  private static func bands(_ name: String, unit: String, step: Int, _ random: inout SeededRandom) -> [(String, String)] {
    guard random.chance(0.9) else { return [] }
    let per = ("\(name).per", "1 \(unit)")
    guard random.chance(0.6) else { return [per, ("\(name).rate", rate(&random))] }
    var from = 0
    return [per]
      + (0...random.below(4)).flatMap { index in
        defer { from += 1 + random.below(step) }
        return [("\(name).bands.\(index).from", "\(from) \(unit)"), ("\(name).bands.\(index).rate", rate(&random))]
      }
  }

  /// A random tariff.
  static func make(_ random: inout SeededRandom) throws -> Tariff {
    var fields: [(String, String)] = [
      ("id", "t"), ("region", "sf"), ("currency", "USD"), ("timeZone", "America/New_York"), ("validFrom", "2000-01-01"),
      ("rounding", random.chance(0.5) ? "half-up" : "bankers"), ("commission", "\(random.below(101))"),
    ]
    if random.chance(0.3) {
      fields += [
        ("meter.initial", dollars(&random, below: 1_000)), ("meter.unit", dollars(&random, below: 200)),
        ("meter.unitDistance", "0.2 mi"), ("meter.unitTime", "60 s"), ("meter.slowBelow", "12 mph"),
        ("meter.estimate.moving", "\(13 + random.below(40)) mph"),
        ("meter.estimate.creeping", "\(1 + random.below(11)) mph"),
      ]
    } else {
      fields.append(("base", dollars(&random, below: 1_000)))
      fields += bands("distance", unit: "km", step: 15, &random) + bands("time", unit: "min", step: 20, &random)
    }
    if random.chance(0.5) { fields.append(("minimum", dollars(&random, below: 2_000))) }
    if random.chance(0.5) { fields.append(("bookingFee", dollars(&random, below: 400))) }
    if random.chance(0.5) { fields += [("waiting.free", "2 min"), ("waiting.perMinute", rate(&random))] }
    if random.chance(0.3) { fields.append(("surge.maximum", dollars(&random, below: 3_000))) }
    if random.chance(0.5) {
      fields += [
        ("surcharges.0.name", "night"), ("surcharges.0.amount", dollars(&random, below: 300)),
        ("surcharges.0.window.from", "20:00"), ("surcharges.0.window.to", "06:00"), ("surcharges.1.name", "state"),
        ("surcharges.1.kind", "tax"), ("surcharges.1.amount", dollars(&random, below: 300)),
      ]
    }
    if random.chance(0.5) { fields += [("taxes.0.name", "vat"), ("taxes.0.percent", "\(random.below(40)).125")] }
    if random.chance(0.5) {
      fields += [
        ("promotions.0.code", "P"), ("promotions.0.percent", "\(random.below(101))"),
        ("promotions.0.amount", dollars(&random, below: 1_000)),
      ]
    }
    if random.chance(0.3) {
      fields += [
        ("driverPay.distance.per", "1 mi"), ("driverPay.distance.rate", rate(&random)), ("driverPay.time.per", "1 min"),
        ("driverPay.time.rate", rate(&random)), ("driverPay.utilization", "\(30 + random.below(71))"),
      ]
    }
    return try Tariff(TariffDocument(fields: fields))
  }

  /// A random ride.
  static func trip(_ random: inout SeededRandom) -> FareTrip {
    var trip = FareTrip(
      start: Samples.start.advanced(bySeconds: random.below(700_000)), pickup: FarePlace(), dropoff: FarePlace(),
      micrometers: Int64(random.below(60_000_000)) * 1_000, milliseconds: Int64(random.below(9_000_000)))
    trip.surgeTenths = 10 + random.below(30)
    trip.waitingMilliseconds = Int64(random.below(900_000))
    trip.tipMinorUnits = random.chance(0.3) ? Int64(random.below(3_000)) : 0
    trip.tollMinorUnits = random.chance(0.3) ? Int64(random.below(2_000)) : nil
    trip.promotion = random.chance(0.3) ? "P" : nil
    return trip
  }
}
