package import HexGrid

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How long drives take, learned from recorded trips: straight-line speed by distance, hour and pair of zones.
///
/// The logarithm of the speed is a sum of corrections from the coarse to the fine: that of the distance; of the hour; of where
/// the drive begins at that hour; of the pair of large cells, then of the pair of small ones. Each is what the coarser ones leave
/// of the trips it was learned from, pulled to nothing where these are few, so a pair never seen is told by the rest.
package struct LearnedTravelTime: Sendable, Hashable {
  /// The local week.
  package let calendar: LocalCalendar
  /// How many trips it was learned from.
  package let trainedOn: Int
  /// Natural logarithms of speeds in metres per second, by distance; in thousandths.
  let byDistance: [Int32]
  /// Corrections by hour (24 of working days, 24 of the weekend) and distance, in thousandths.
  let byHour: [Int32]
  /// Corrections by key, in thousandths.
  let byPlaceAndHour: [PlaceAndHour: Int32]
  let byPair: [CellPair: Int32]

  /// Where and when a drive begins.
  struct PlaceAndHour: Hashable, Comparable, Sendable {
    var cell: HexCell
    var hour: Int

    static func < (left: Self, right: Self) -> Bool { (left.cell, left.hour) < (right.cell, right.hour) }
  }

  /// Where a drive begins and ends; large or small cells.
  struct CellPair: Hashable, Comparable, Sendable {
    var from: HexCell
    var to: HexCell

    static func < (left: Self, right: Self) -> Bool { (left.from, left.to) < (right.from, right.to) }
  }

  /// The distances, in metres, at which another correction begins.
  static let distances: [Double] = [0, 400, 700, 1_000, 1_400, 1_900, 2_500, 3_300, 4_500, 6_500, 10_000, 16_000, 24_000]
  /// Hours of working days and of the weekend.
  static let hours = 48
  /// The resolutions of the pairs, from the coarse to the fine.
  static let pairResolutions = [6, 7, 8]
  /// The resolution of the places with an hour of their own.
  static let placeResolution = 7
  /// Speeds outside are taken for errors, in metres per second.
  static let plausibleSpeeds = 0.5...40.0
  /// Shorter trips say nothing of speed, in metres.
  static let shortestMeters = 100.0

  init?(
    calendar: LocalCalendar, trainedOn: Int, byDistance: [Int32], byHour: [Int32],
    byPlaceAndHour: [PlaceAndHour: Int32], byPair: [CellPair: Int32]
  ) {
    // A factor of e to the 20th in all is far beyond any city.
    func isSane(_ values: some Sequence<Int32>) -> Bool { values.allSatisfy { (-4_000...4_000).contains($0) } }
    guard byDistance.count == Self.distances.count, byHour.count == Self.hours * Self.distances.count,
      isSane(byDistance), isSane(byHour), isSane(byPlaceAndHour.values), isSane(byPair.values)
    else { return nil }
    self.calendar = calendar
    self.trainedOn = trainedOn
    self.byDistance = byDistance
    self.byHour = byHour
    self.byPlaceAndHour = byPlaceAndHour
    self.byPair = byPair
  }

  /// The time that a drive takes, in seconds.
  /// - Parameters:
  ///   - start: where it begins.
  ///   - end: where it ends.
  ///   - time: when it begins.
  package func seconds(from start: GeoPoint, to end: GeoPoint, at time: Timestamp) -> Double {
    let meters = start.distanceMeters(to: end)
    guard meters.isFinite, meters > 0 else { return 0 }
    var logSpeed = Int(logSpeedOfDistance(meters))
    let hour = Self.hour(of: time, in: calendar)
    logSpeed += Int(byHour[hour * Self.distances.count + Self.bin(of: meters)])
    if let from = HexCell(start, resolution: 8), let to = HexCell(end, resolution: 8) {
      if let place = from.parent(at: Self.placeResolution) {
        logSpeed += Int(byPlaceAndHour[PlaceAndHour(cell: place, hour: hour)] ?? 0)
      }
      for pair in Self.pairs(from: from, to: to) { logSpeed += Int(byPair[pair] ?? 0) }
    }
    return meters / exp(Double(logSpeed) / 1_000)
  }

  private func logSpeedOfDistance(_ meters: Double) -> Int32 { byDistance[Self.bin(of: meters)] }

  static func bin(of meters: Double) -> Int {
    (distances.firstIndex { $0 > meters } ?? distances.count) - 1
  }

  static func hour(of time: Timestamp, in calendar: LocalCalendar) -> Int {
    calendar.hour(at: time) + (calendar.weekday(at: time) >= 5 ? 24 : 0)
  }

  static func pairs(from: HexCell, to: HexCell) -> [CellPair] {
    pairResolutions.compactMap { resolution in
      guard let from = from.parent(at: resolution), let to = to.parent(at: resolution) else { return nil }
      return CellPair(from: from, to: to)
    }
  }
}
