import HexGrid

/// Decides which drivers may be offered a ride, and how long they would need.
struct PairRules {
  private let situation: MatchSituation
  private let policy: MatchPolicy
  private let plane: FlatEarth
  private let places: [FlatEarth.Point]
  private let oldestPosition: Timestamp
  /// The longest time to the pickup that is offered to a new request, in seconds; nil where there is no such limit.
  private let firstReachSeconds: Double?

  init(_ situation: MatchSituation, _ policy: MatchPolicy) {
    self.situation = situation
    self.policy = policy
    let plane = FlatEarth(around: situation.rides.first?.pickup ?? GeoPoint(latitude: 0, longitude: 0))
    self.plane = plane
    places = situation.drivers.map { plane.project($0.position) }
    oldestPosition = situation.now.advanced(bySeconds: -policy.freshnessSeconds)
    firstReachSeconds = Self.firstReach(situation, policy)
  }

  /// Taking a driver over a long way costs nothing while others stand idle, and the next rides where they do not. So the reach is so
  /// many times the least one as there are idle drivers per request that is expected within it.
  private static func firstReach(_ situation: MatchSituation, _ policy: MatchPolicy) -> Double? {
    guard policy.scarceReachSeconds > 0 else { return nil }
    let least = Double(policy.scarceReachSeconds)
    let idle = situation.drivers.count { $0.presentRide == nil && !$0.isOccupied }
    let asked = situation.outlook.requests(within: least) + Double(situation.rides.count)
    return least * max(Double(idle) / asked, 1)
  }

  /// A ride with what follows from it for every driver.
  struct Row {
    let ride: Ride
    let pickup: FlatEarth.Point
    let ageSeconds: Double
    /// How far a free driver may be, in metres, squared.
    let farthestSquared: Double
    /// The drivers whom the rider must not meet.
    let hasBlocked: Bool
  }

  func row(_ ride: Ride) -> Row {
    let farthest = Double(policy.maximumPickupSeconds) * situation.metersPerSecond
    return Row(
      ride: ride, pickup: plane.project(ride.pickup),
      ageSeconds: Self.age(of: ride, at: situation.now),
      farthestSquared: farthest * farthest,
      hasBlocked: !situation.blocked.isEmpty)
  }

  /// How long a rider has waited, in seconds.
  static func age(of ride: Ride, at now: Timestamp) -> Double {
    min(max(now.seconds(since: ride.requestedAt), 0), 86_400)
  }

  /// The square of how far a driver is, in metres; the time until the driver is free counts as distance.
  func squaredDistance(_ driver: Int, _ row: Row) -> Double {
    let squared = places[driver].squaredDistance(to: row.pickup)
    let freeIn = situation.drivers[driver].freeInSeconds
    guard freeIn > 0 else { return squared }
    let meters = squared.squareRoot() + freeIn * situation.metersPerSecond
    return meters * meters
  }

  /// The straight line from where the driver is or will be free to the pickup, in metres.
  func meters(_ driver: Int, _ row: Row) -> Double {
    places[driver].squaredDistance(to: row.pickup).squareRoot()
  }

  /// Why a driver may not be offered a ride; nil where they may.
  /// - Parameter squared: `squaredDistance`.
  func obstacle(_ index: Int, _ row: Row, _ squared: Double) -> MatchVerdict? {
    let driver = situation.drivers[index]
    if !(squared <= row.farthestSquared) { return .tooFar }
    if driver.seenAt < oldestPosition { return .stale }
    if driver.isOccupied { return .occupied }
    if driver.vehicleClass != row.ride.vehicleClass { return .otherClass }
    if row.ride.excludedDrivers.contains(driver.driver) { return .excluded }
    if row.hasBlocked, situation.blocked.contains(BlockedPair(rider: row.ride.rider, driver: driver.driver)) {
      return .blocked
    }
    let seconds = squared.squareRoot() / situation.metersPerSecond
    if policy.maximumWaitSeconds > 0, row.ageSeconds + seconds > Double(policy.maximumWaitSeconds) {
      return .waitTooLong
    }
    if let firstReachSeconds, seconds > firstReachSeconds + policy.scarceReachGrowth * row.ageSeconds {
      return .worthWaiting
    }
    return nil
  }
}
