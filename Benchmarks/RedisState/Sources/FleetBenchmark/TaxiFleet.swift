import DispatchCore
import HexGrid

/// Drivers who wander through San Francisco and tell where they are every five seconds.
struct TaxiFleet {
  private var positions: [GeoPoint]
  private let metersPerSecond: Double
  private let ids: [DriverID]
  private var time = Timestamp(unixMilliseconds: 1_212_735_600_000)
  private var random: UInt64 = 42
  /// How many pings changed their zone.
  private(set) var moves = 0

  /// - Parameters:
  ///   - drivers: how many.
  ///   - metersPerSecond: how fast all of them drive, each turn in a new direction.
  init(drivers: Int, metersPerSecond: Double) {
    self.metersPerSecond = metersPerSecond
    ids = (0..<drivers).map { DriverID(trusted: "cab-\($0)") }
    positions = []
    for _ in ids {
      positions.append(GeoPoint(latitude: 37.68 + 0.13 * unit(), longitude: -122.52 + 0.15 * unit()))
    }
  }

  var count: Int { ids.count }

  /// Two of three are idle.
  func statuses(in region: RegionID) -> [DriverStatus] {
    ids.enumerated().map { index, driver in
      DriverStatus(
        driver: driver, region: region, vehicleClass: .standard, activity: index % 3 == 0 ? .offline : .idle,
        version: 1, since: time)
    }
  }

  /// The next position of everybody, in random order.
  mutating func round() -> [DriverPing] {
    time = time.advanced(bySeconds: 5)
    let step = metersPerSecond * 5 / 111_000
    for index in positions.indices {
      let before = Zone.cell(at: positions[index])
      let north = unit() < 0.5
      let sign = unit() < 0.5 ? -1.0 : 1
      if north { positions[index].latitude += sign * step } else { positions[index].longitude += sign * step * 1.26 }
      if Zone.cell(at: positions[index]) != before { moves += 1 }
    }
    var order = Array(ids.indices)
    for index in order.indices.dropFirst() { order.swapAt(index, Int(unit() * Double(index + 1))) }
    return order.map {
      DriverPing(driver: ids[$0], time: time, position: positions[$0], headingDegrees: 90, speedMetersPerSecond: 8)
    }
  }

  /// A random number from 0 to 1, the latter excluded.
  private mutating func unit() -> Double {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(random >> 11) * 0x1p-53
  }
}
