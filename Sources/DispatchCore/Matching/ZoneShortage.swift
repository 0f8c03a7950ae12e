import HexGrid

/// What taking a driver away costs the zone: the chance that the driver will be missed there.
///
/// Of n drivers in a zone and its neighbours, the last is missed where at least n requests come: of those that wait, and of those
/// expected, whose number is taken as Poisson distributed. So a driver where many wait is dear, and one among many idle ones is free.
struct ZoneShortage {
  private struct Zone {
    var idle = 0
    var waiting = 0
  }

  /// Drivers and requests of a zone with its neighbours.
  private struct Surroundings {
    var idle = 0
    var waiting = 0
    var expected = 0.0
    /// The chance that all idle drivers are asked for, and the same without one of the waiting requests.
    var chance = 0.0
    var chanceWithoutOne = 0.0
  }

  private let outlook: ZoneOutlook
  private let seconds: Double
  private var zones: [HexCell: Zone] = [:]
  private var known: [HexCell: Surroundings] = [:]

  init(_ situation: MatchSituation, seconds: Double) {
    outlook = situation.outlook
    self.seconds = seconds
    guard seconds > 0 else { return }
    for driver in situation.drivers where driver.presentRide == nil && !driver.isOccupied {
      zones[driver.cell, default: Zone()].idle += 1
    }
    for ride in situation.rides { zones[ride.pickupCell, default: Zone()].waiting += 1 }
  }

  /// What it costs to take a driver for a ride, in seconds.
  mutating func cost(of driver: MatchDriver, for ride: Ride) -> Double {
    // Who is not free yet is missed nowhere yet.
    guard seconds > 0, driver.presentRide == nil else { return 0 }
    let surroundings = surroundings(of: driver.cell)
    let isOwn = driver.cell == ride.pickupCell || driver.cell.disk(radius: 1).contains(ride.pickupCell)
    return seconds * (isOwn ? surroundings.chanceWithoutOne : surroundings.chance)
  }

  private mutating func surroundings(of cell: HexCell) -> Surroundings {
    if let found = known[cell] { return found }
    var sum = Surroundings()
    for zone in cell.disk(radius: 1) {
      sum.idle += zones[zone]?.idle ?? 0
      sum.waiting += zones[zone]?.waiting ?? 0
      sum.expected += outlook.requests(in: zone)
    }
    sum.chance = Self.chance(ofAtLeast: sum.idle - sum.waiting, mean: sum.expected)
    sum.chanceWithoutOne = Self.chance(ofAtLeast: sum.idle - sum.waiting + 1, mean: sum.expected)
    known[cell] = sum
    return sum
  }

  /// The chance that at least so many requests come where so many are expected.
  static func chance(ofAtLeast count: Int, mean: Double) -> Double {
    guard count > 0 else { return 1 }
    let tails = Poisson.tails(mean: mean, downTo: 1e-4, limit: count)
    return tails.count == count ? tails[count - 1] : 0
  }
}
