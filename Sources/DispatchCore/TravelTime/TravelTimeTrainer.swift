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
    var bin: Int8
    var hour: Int8
    var from: HexCell
    var to: HexCell
  }

  /// The local week.
  package let calendar: LocalCalendar
  /// How many trips a correction's prior of nothing is worth.
  package var priorTrips = 15.0
  /// A correction from fewer trips is left out, as it would hardly correct.
  package var fewestTrips = 6
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
      let from = HexCell(start, resolution: 8), let to = HexCell(end, resolution: 8)
    else { return }
    samples.append(
      Sample(
        logSpeed: Float(log(meters / seconds)), bin: Int8(LearnedTravelTime.bin(of: meters)),
        hour: Int8(LearnedTravelTime.hour(of: time, in: calendar)), from: from, to: to))
  }

  /// Learns from what was added.
  /// - Returns: nil where no plausible trip was.
  package consuming func train() -> LearnedTravelTime? {
    guard !samples.isEmpty else { return nil }
    let bins = LearnedTravelTime.distances.count
    var residuals = samples.map { Double($0.logSpeed) }
    let overall = residuals.reduce(0, +) / Double(residuals.count)
    for index in residuals.indices { residuals[index] -= overall }

    let distance = corrections(&residuals, fewest: 1) { Int($0.bin) }
    let hour = corrections(&residuals, fewest: fewestTrips) { Int($0.hour) * bins + Int($0.bin) }
    let place = corrections(&residuals, fewest: fewestTrips) { sample in
      LearnedTravelTime.PlaceAndHour(
        cell: sample.from.parent(at: LearnedTravelTime.placeResolution) ?? sample.from, hour: Int(sample.hour))
    }
    var pairs: [LearnedTravelTime.CellPair: Int32] = [:]
    for resolution in LearnedTravelTime.pairResolutions {
      let found = corrections(&residuals, fewest: fewestTrips) { sample in
        LearnedTravelTime.CellPair(
          from: sample.from.parent(at: resolution) ?? sample.from, to: sample.to.parent(at: resolution) ?? sample.to)
      }
      pairs.merge(found) { first, _ in first }
    }
    let base = Int32((overall * 1_000).rounded())
    return LearnedTravelTime(
      calendar: calendar, trainedOn: samples.count, byDistance: (0..<bins).map { base + (distance[$0] ?? 0) },
      byHour: (0..<LearnedTravelTime.hours * bins).map { hour[$0] ?? 0 }, byPlaceAndHour: place, byPair: pairs)
  }

  /// What is left of the trips of each key on average, pulled to nothing, in thousandths; takes it out of what is left.
  private func corrections<Key: Hashable>(
    _ residuals: inout [Double], fewest: Int, key: (Sample) -> Key
  ) -> [Key: Int32] {
    var sums: [Key: (sum: Double, count: Int)] = [:]
    let keys = samples.map(key)
    for (index, key) in keys.enumerated() {
      sums[key, default: (0, 0)].sum += residuals[index]
      sums[key, default: (0, 0)].count += 1
    }
    var result: [Key: Int32] = [:]
    for (key, item) in sums where item.count >= fewest {
      let value = Int32((item.sum / (Double(item.count) + priorTrips) * 1_000).rounded())
      if value != 0 { result[key] = value }
    }
    for (index, key) in keys.enumerated() { residuals[index] -= Double(result[key] ?? 0) / 1_000 }
    return result
  }
}
