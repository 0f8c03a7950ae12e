package import HexGrid

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How long drives take, learned from recorded trips: straight-line speed by distance, hour, place and direction.
///
/// The logarithm of the speed is a sum of corrections from the coarse to the fine: that of the distance, straight between some
/// distances; of the hour; of where the drive begins and ends, at that hour and at any; of the direction in which it goes from
/// there, as streets run more straight one way than the other; of the pair of large cells, then of pairs of ever smaller ones. Each
/// is what the others leave of the trips it was learned from, pulled to nothing where these are few, so a pair never seen is told by
/// the rest.
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
  let byPlace: [PlaceKey: Int32]
  let byPair: [CellPair: Int32]

  /// A cell in one of its roles.
  struct PlaceKey: Hashable, Comparable, Sendable {
    var cell: HexCell
    var role: Int

    static func < (left: Self, right: Self) -> Bool { (left.cell, left.role) < (right.cell, right.role) }
  }

  /// Where a drive begins and ends; large or small cells.
  struct CellPair: Hashable, Comparable, Sendable {
    var from: HexCell
    var to: HexCell

    static func < (left: Self, right: Self) -> Bool { (left.from, left.to) < (right.from, right.to) }
  }

  /// The distances between which speeds are straight lines, in metres; below and above them they stay as they are.
  static let distances: [Double] = [
    250, 400, 700, 1_000, 1_400, 1_900, 2_500, 3_300, 4_500, 6_500, 10_000, 16_000, 24_000,
  ]
  /// Hours of working days and of the weekend.
  static let hours = 48
  /// Directions of a drive, 15 degrees each.
  static let sectors = 24
  /// A cell's roles: the beginning at each hour, the end at each hour, the beginning and the end at any hour, the beginning of a drive
  /// in each direction.
  static let roles = 2 * hours + 2 + sectors
  /// The resolution of the places with an hour of their own.
  static let hourResolution = 7
  /// The resolution of the places at any hour.
  static let placeResolution = 9
  /// The resolutions of the places with a direction: the whole city, and two parts of it.
  static let sectorResolutions = [0, 6, 7]
  /// The resolutions of the pairs, from the coarse to the fine.
  static let pairResolutions = [6, 7, 8, 9]
  /// The smallest of the cells.
  static let finestResolution = 9
  /// Speeds outside are taken for errors, in metres per second.
  static let plausibleSpeeds = 0.5...40.0
  /// Shorter trips say nothing of speed, in metres.
  static let shortestMeters = 100.0

  init?(
    calendar: LocalCalendar, trainedOn: Int, byDistance: [Int32], byHour: [Int32], byPlace: [PlaceKey: Int32],
    byPair: [CellPair: Int32]
  ) {
    // A factor of e to the 50th in all is far beyond any city, and far from overflowing.
    func isSane(_ values: some Sequence<Int32>) -> Bool { values.allSatisfy { (-4_000...4_000).contains($0) } }
    guard byDistance.count == Self.distances.count, byHour.count == Self.hours * Self.distances.count,
      isSane(byDistance), isSane(byHour), isSane(byPlace.values), isSane(byPair.values)
    else { return nil }
    self.calendar = calendar
    self.trainedOn = trainedOn
    self.byDistance = byDistance
    self.byHour = byHour
    self.byPlace = byPlace
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
    let hour = Self.hour(of: time, in: calendar)
    let knots = Self.knots(at: meters)
    let row = hour * Self.distances.count
    var logSpeed =
      knots.share * Double(byDistance[knots.upper] + byHour[row + knots.upper])
      + (1 - knots.share) * Double(byDistance[knots.lower] + byHour[row + knots.lower])
    if let from = HexCell(start, resolution: Self.finestResolution),
      let to = HexCell(end, resolution: Self.finestResolution)
    {
      let sector = Self.sector(from: start, to: end)
      for place in Self.places(from: from, to: to, hour: hour, sector: sector) {
        logSpeed += Double(byPlace[place] ?? 0)
      }
      for pair in Self.pairs(from: from, to: to) { logSpeed += Double(byPair[pair] ?? 0) }
    }
    return meters / exp(logSpeed / 1_000)
  }

  /// The two distances that a drive lies between, and how near it is to the upper one, 0 to 1, by logarithms.
  static func knots(at meters: Double) -> (lower: Int, upper: Int, share: Double) {
    guard let upper = distances.firstIndex(where: { $0 > meters }) else {
      return (distances.count - 1, distances.count - 1, 1)
    }
    guard upper > 0 else { return (0, 0, 1) }
    return (upper - 1, upper, log(meters / distances[upper - 1]) / log(distances[upper] / distances[upper - 1]))
  }

  static func hour(of time: Timestamp, in calendar: LocalCalendar) -> Int {
    calendar.hour(at: time) + (calendar.weekday(at: time) >= 5 ? 24 : 0)
  }

  /// The direction of a drive, 0 to 23, clockwise from north.
  static func sector(from start: GeoPoint, to end: GeoPoint) -> Int {
    let east = (end.longitude - start.longitude) * cos(start.latitude * .pi / 180)
    let turn = atan2(east, end.latitude - start.latitude) / (2 * .pi) + 1
    return (Int(exactly: (turn * Double(sectors)).rounded()) ?? 0) % sectors
  }

  /// Where a drive begins and ends, in each of the roles that tell of it; always as many.
  static func places(from: HexCell, to: HexCell, hour: Int, sector: Int) -> [PlaceKey] {
    var places: [PlaceKey] = []
    places.reserveCapacity(sectorResolutions.count + 4)
    func add(_ cell: HexCell, at resolution: Int, _ role: Int) {
      places.append(PlaceKey(cell: cell.parent(at: resolution) ?? cell, role: role))
    }
    for resolution in sectorResolutions { add(from, at: resolution, 2 * hours + 2 + sector) }
    add(from, at: hourResolution, hour)
    add(to, at: hourResolution, hours + hour)
    add(from, at: placeResolution, 2 * hours)
    add(to, at: placeResolution, 2 * hours + 1)
    return places
  }

  /// Where a drive begins and ends, from the coarse to the fine; always as many.
  static func pairs(from: HexCell, to: HexCell) -> [CellPair] {
    pairResolutions.map { resolution in
      CellPair(from: from.parent(at: resolution) ?? from, to: to.parent(at: resolution) ?? to)
    }
  }
}
