/// How well a metered tariff explains recorded trips.
///
/// Counts are of standard-rate trips that took place: a fare of at least the initial charge, more than nothing of way and time, a mean
/// speed of 1 to 80 miles an hour, at most three hours. What was left out is counted by reason.
package struct FareReview: Sendable {
  /// Trips that are judged.
  package private(set) var rows = 0
  /// Recorded fares that are the initial charge and whole units.
  package private(set) var onGrid = 0
  /// Recorded fares between the larger of way and time in units and their sum, give or take the one unit that begins or ends.
  package private(set) var withinBounds = 0
  /// Fares computed from way and time that lie on the grid and in the bounds, as they must.
  package private(set) var computedWithinBounds = 0
  /// Extras and the tax per ride that are what the tariff says at pickup, or at dropoff where a window began under way.
  package private(set) var surchargesExplained = 0
  package private(set) var improvementExplained = 0
  package private(set) var congestionExplained = 0
  /// Totals that are the sum of their columns.
  package private(set) var totalsExplained = 0
  /// Flat fares: recorded ones, those with an end in the airport's area and at least five miles of way, and those found by place.
  package private(set) var flatRecorded = 0
  package private(set) var flatAtAirport = 0
  package private(set) var flatFound = 0
  /// Standard-rate trips that would be flat by place.
  package private(set) var flatElsewhere = 0
  package private(set) var skipped: [String: Int] = [:]
  private var errors: [Int64] = []

  private let tariff: Tariff
  private let meter: MeterRule

  /// A review of nothing yet.
  /// - Returns: nil for a tariff without a meter.
  package init?(_ tariff: Tariff) {
    guard let meter = tariff.meter, meter.unitMinorUnits > 0 else { return nil }
    self.tariff = tariff
    self.meter = meter
  }

  /// The median difference of computed and recorded fares, in minor units; 0 where there are none.
  package var medianAbsoluteErrorMinor: Int64 {
    let sorted = errors.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  /// Counts a row that could not be read.
  package mutating func skip(_ reason: String) { skipped[reason, default: 0] += 1 }

  /// Judges a trip.
  package mutating func add(_ record: FareRecord) {
    let start = tariff.timeZone.moment(record.pickupTime)
    guard tariff.isValid(at: start) else { return skip("outsideValidity") }
    guard record.isReliable else { return skip("otherVendor") }
    let time = (record.dropoffTime.seconds - record.pickupTime.seconds) * 1_000
    if record.rateCode == 2 { addFlat(record) }
    guard record.rateCode == 1 else { return skip("otherRate") }
    guard record.fare >= meter.initialMinorUnits else { return skip("void") }
    guard record.micrometers > 0 else { return skip("noDistance") }
    guard time > 0 else { return skip("noTime") }
    // Miles an hour, without leaving whole numbers.
    let pace = Int128(record.micrometers) * 3_600_000
    let mile = Int128(FareUnits.mileMicrometers) * Int128(time)
    guard time <= 3 * 3_600_000, pace >= mile, pace <= 80 * mile else { return skip("implausible") }
    rows += 1
    if FareCalculator.flatRate(tariff, from: record.pickup, to: record.dropoff) != nil { flatElsewhere += 1 }
    judgeMeter(record, time)
    judgeColumns(record)
  }

  private mutating func judgeMeter(_ record: FareRecord, _ time: Int64) {
    let rest = record.fare - meter.initialMinorUnits
    if rest % meter.unitMinorUnits == 0 { onGrid += 1 }
    if isWithinBounds(rest, record.micrometers, time) { withinBounds += 1 }
    let units = meter.estimatedUnits(micrometers: record.micrometers, milliseconds: time)
    let computed = units * meter.unitMinorUnits
    if isWithinBounds(computed, record.micrometers, time) { computedWithinBounds += 1 }
    errors.append(abs(computed - rest))
  }

  /// Whether what a fare has beyond the initial charge is what way and time allow.
  private func isWithinBounds(_ minorUnits: Int64, _ way: Int64, _ time: Int64) -> Bool {
    let one = Int128(meter.unitMicrometers) * Int128(meter.unitMilliseconds)
    let wayUnits = Int128(way) * Int128(meter.unitMilliseconds)
    let timeUnits = Int128(time) * Int128(meter.unitMicrometers)
    let price = Int128(meter.unitMinorUnits)
    let fare = Int128(minorUnits) * one
    return fare >= (max(wayUnits, timeUnits) - one) * price && fare <= (wayUnits + timeUnits + one) * price
  }

  private mutating func judgeColumns(_ record: FareRecord) {
    let before = expected(record, at: record.pickupTime)
    let after = expected(record, at: record.dropoffTime)
    if record.extra == before.extra || record.extra == after.extra, record.mtaTax == before.tax {
      surchargesExplained += 1
    }
    if record.improvement ?? 0 == before.improvement { improvementExplained += 1 }
    if record.congestion ?? before.congestion == before.congestion { congestionExplained += 1 }
    let sum =
      record.fare + record.extra + record.mtaTax + record.tip + record.tolls + (record.improvement ?? 0)
      + (record.congestion ?? 0)
    if sum == record.total { totalsExplained += 1 }
  }

  private func expected(
    _ record: FareRecord, at local: LocalMoment
  ) -> (extra: Int64, tax: Int64, improvement: Int64, congestion: Int64) {
    var trip = FareTrip(
      start: tariff.timeZone.moment(local), pickup: record.pickup, dropoff: record.dropoff, micrometers: 0,
      milliseconds: 0)
    // Zones and positions tell where a surcharge is due, but whether a rate is flat is told by the rate code.
    trip.isStandardRate = true
    let lines = FareCalculator.fare(tariff, trip).lines
    func named(_ name: String) -> Int64 { lines.first { $0.name == name }?.minorUnits ?? 0 }
    let extras = lines.filter { $0.kind == .fare && $0.rule.hasPrefix("surcharges.") }
    return (
      extras.reduce(0) { $0 + $1.minorUnits }, named("mta-tax"), named("improvement"), named("congestion")
    )
  }

  private mutating func addFlat(_ record: FareRecord) {
    guard let rate = tariff.flatRates.first, record.fare == rate.minorUnits else { return }
    flatRecorded += 1
    if FareCalculator.flatRate(tariff, from: record.pickup, to: record.dropoff)?.name == rate.name { flatFound += 1 }
    guard let airport = tariff.areas.first(where: { $0.name == rate.between.first }),
      airport.contains(record.pickup) || airport.contains(record.dropoff),
      record.micrometers >= 5 * FareUnits.mileMicrometers
    else { return }
    flatAtAirport += 1
  }
}

extension LocalMoment {
  /// Seconds since 1970 by local clocks.
  var seconds: Int64 { Int64(day.number) * 86_400 + Int64(secondOfDay) }
}
