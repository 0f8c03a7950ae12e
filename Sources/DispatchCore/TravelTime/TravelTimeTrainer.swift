package import HexGrid

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Learns travel times from recorded trips.
package struct TravelTimeTrainer: Sendable {
  /// One trip as the trainer keeps it.
  private struct Sample {
    var logSpeed: Float
    var meters: Float
    var hour: Int8
    var sector: Int8
    var from: HexCell
    var to: HexCell
  }

  /// The local week.
  package let calendar: LocalCalendar
  /// How many trips a correction's prior of nothing is worth.
  package var priorTrips = 15.0
  /// A correction from fewer trips is left out, as it would hardly correct.
  package var fewestTrips = 6
  /// How often the corrections are fitted, each to what the others leave.
  package var passes = 4
  /// What a trip differs by counts no more than this, in logarithms, so that a detour or a wrong position does not carry the day.
  package var clip = 0.25
  private var samples: [Sample] = []

  /// An empty trainer.
  /// - Parameter calendar: the city's local week.
  package init(calendar: LocalCalendar) {
    self.calendar = calendar
  }

  /// Adds a trip; an implausible one is left out.
  /// - Parameters:
  ///   - start: where it began.
  ///   - end: where it ended.
  ///   - time: when it began.
  ///   - seconds: how long it took.
  package mutating func add(from start: GeoPoint, to end: GeoPoint, at time: Timestamp, seconds: Double) {
    let meters = start.distanceMeters(to: end)
    guard seconds > 0, meters >= LearnedTravelTime.shortestMeters,
      LearnedTravelTime.plausibleSpeeds.contains(meters / seconds),
      let from = HexCell(start, resolution: LearnedTravelTime.finestResolution),
      let to = HexCell(end, resolution: LearnedTravelTime.finestResolution)
    else { return }
    samples.append(
      Sample(
        logSpeed: Float(log(meters / seconds)), meters: Float(meters),
        hour: Int8(LearnedTravelTime.hour(of: time, in: calendar)),
        sector: Int8(LearnedTravelTime.sector(from: start, to: end)), from: from, to: to))
  }

  /// Learns from what was added.
  /// - Returns: nil where no plausible trip was.
  package consuming func train() -> LearnedTravelTime? {
    guard !samples.isEmpty else { return nil }
    let overall = samples.reduce(0) { $0 + Double($1.logSpeed) } / Double(samples.count)
    var residuals = Residuals(samples.map { Double($0.logSpeed) - overall })
    let knots = samples.map { LearnedTravelTime.knots(at: Double($0.meters)) }
    let bins = LearnedTravelTime.distances.count
    var distance = KnotEffect(knots, rows: samples.map { _ in 0 }, count: bins)
    var hours = GroupEffect.levels(of: samples) { [Int($0.hour)] }
    var hour = KnotEffect(knots, rows: samples.map { Int($0.hour) * bins }, count: bins * LearnedTravelTime.hours)
    var places = GroupEffect.levels(of: samples) { sample in
      LearnedTravelTime.places(from: sample.from, to: sample.to, hour: Int(sample.hour), sector: Int(sample.sector))
    }
    var pairs = GroupEffect.levels(of: samples) { LearnedTravelTime.pairs(from: $0.from, to: $0.to) }
    for pass in 0..<passes {
      // Means first, which find even what is far out together; then what is far out alone counts less.
      if pass > 0 { residuals.clip = clip }
      distance.refit(&residuals, prior: priorTrips / 4)
      for level in hours.indices { hours[level].refit(&residuals, prior: priorTrips, fewest: fewestTrips) }
      hour.refit(&residuals, prior: priorTrips)
      for level in places.indices { places[level].refit(&residuals, prior: priorTrips, fewest: fewestTrips) }
      for level in pairs.indices { pairs[level].refit(&residuals, prior: priorTrips, fewest: fewestTrips) }
    }
    let byHour = GroupEffect.table(of: hours)
    return LearnedTravelTime(
      calendar: calendar, trainedOn: samples.count,
      byDistance: distance.values.map { Residuals.thousandths(overall + $0) },
      byHour: hour.values.enumerated().map { index, value in
        Residuals.thousandths(value + Double(byHour[index / bins] ?? 0) / 1_000)
      }, byPlace: GroupEffect.table(of: places),
      byPair: GroupEffect.table(of: pairs))
  }
}
