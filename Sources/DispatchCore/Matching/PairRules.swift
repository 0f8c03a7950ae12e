import HexGrid

/// Decides which drivers may be offered a ride, and how long they would need.
///
/// What is asked about every pair of a batch lies in arrays of numbers; texts are looked at only where numbers do not decide.
struct PairRules: Sendable {
  private let situation: MatchSituation
  private let policy: MatchPolicy
  private let plane: FlatEarth
  private let places: [FlatEarth.Point]
  private let freeInMeters: [Double]
  /// What is to be said of a driver whatever the ride: the vehicle class, or one of the two below.
  private let kinds: [UInt8]
  private static let isStale: UInt8 = 254
  private static let isOccupied: UInt8 = 255
  private let ridersWithBlocks: Set<RiderID>
  /// The longest time to the pickup that is offered to a new request, in seconds; nil where there is no such limit.
  private let firstReachSeconds: Double?

  init(_ situation: MatchSituation, _ policy: MatchPolicy) {
    self.situation = situation
    self.policy = policy
    let plane = FlatEarth(around: situation.rides.first?.pickup ?? GeoPoint(latitude: 0, longitude: 0))
    self.plane = plane
    places = situation.drivers.map { plane.project($0.position) }
    freeInMeters = situation.drivers.map { $0.freeInSeconds * situation.metersPerSecond }
    let oldest = situation.now.advanced(bySeconds: -policy.freshnessSeconds)
    kinds = situation.drivers.map { driver in
      if driver.seenAt < oldest { return Self.isStale }
      return driver.isOccupied ? Self.isOccupied : driver.vehicleClass.rawValue
    }
    ridersWithBlocks = Set(situation.blocked.map(\.rider))
    firstReachSeconds = Self.firstReach(situation, policy)
  }

  /// Taking a driver over a long way costs nothing while others stand idle, and the next rides where they do not. So the reach is so
  /// many times the least one as there are idle drivers per other request, waiting or expected within it. Where nobody is about to come
  /// free, waiting for somebody nearer is in vain.
  private static func firstReach(_ situation: MatchSituation, _ policy: MatchPolicy) -> Double? {
    let least = Double(policy.scarceReachSeconds)
    guard least > 0, Double(situation.busyDrivers) * least >= Self.rideSeconds else { return nil }
    let idle = situation.drivers.count { $0.presentRide == nil && !$0.isOccupied }
    let asked = situation.outlook.requests(within: least) + Double(situation.rides.count - 1)
    return least * (asked > 0 ? max(Double(idle) / asked, 1) : .infinity)
  }

  /// About how long a ride takes, in seconds: so many drivers come free, per second, as are busy.
  static let rideSeconds = 600.0

  /// A ride with what follows from it for every driver.
  struct Row {
    let ride: Ride
    let pickup: FlatEarth.Point
    let ageSeconds: Double
    /// How far a driver may be by each of the limits, in metres, squared.
    let farthestSquared: Double
    let waitSquared: Double
    let reachSquared: Double
    /// Whether there is anybody whom the rider must not meet.
    let hasBlocked: Bool
  }

  func row(_ ride: Ride) -> Row {
    let age = Self.age(of: ride, at: situation.now)
    // Who has waited longer than riders are thought to is still there.
    let patience = Double(policy.maximumWaitSeconds) - age
    let wait = policy.maximumWaitSeconds > 0 && patience >= 0 ? patience : nil
    let reach = firstReachSeconds.map { $0 + policy.scarceReachGrowth * age }
    return Row(
      ride: ride, pickup: plane.project(ride.pickup), ageSeconds: age,
      farthestSquared: squaredMeters(Double(policy.maximumPickupSeconds)), waitSquared: squaredMeters(wait),
      reachSquared: squaredMeters(reach), hasBlocked: ridersWithBlocks.contains(ride.rider))
  }

  private func squaredMeters(_ seconds: Double?) -> Double {
    guard let seconds else { return .infinity }
    // Below zero, nobody is near enough.
    guard seconds >= 0 else { return -1 }
    let meters = seconds * situation.metersPerSecond
    return meters * meters
  }

  /// How long a rider has waited, in seconds.
  static func age(of ride: Ride, at now: Timestamp) -> Double {
    min(max(now.seconds(since: ride.requestedAt), 0), 86_400)
  }

  /// The square of how far a driver is, in metres; the time until the driver is free counts as distance.
  func squaredDistance(_ driver: Int, _ row: Row) -> Double {
    let squared = places[driver].squaredDistance(to: row.pickup)
    let more = freeInMeters[driver]
    guard more > 0 else { return squared }
    let meters = squared.squareRoot() + more
    return meters * meters
  }

  /// The straight line from where the driver is or will be free to the pickup, in metres.
  func meters(_ driver: Int, _ row: Row) -> Double {
    places[driver].squaredDistance(to: row.pickup).squareRoot()
  }

  /// Why a driver may not be offered a ride; nil where they may.
  /// - Parameter squared: `squaredDistance`.
  func obstacle(_ index: Int, _ row: Row, _ squared: Double) -> MatchVerdict? {
    if !(squared <= row.farthestSquared) { return .tooFar }
    switch kinds[index] {
    case row.ride.vehicleClass.rawValue: break
    case Self.isStale: return .stale
    case Self.isOccupied: return .occupied
    default: return .otherClass
    }
    if !row.ride.excludedDrivers.isEmpty, row.ride.excludedDrivers.contains(situation.drivers[index].driver) {
      return .excluded
    }
    if row.hasBlocked,
      situation.blocked.contains(BlockedPair(rider: row.ride.rider, driver: situation.drivers[index].driver))
    {
      return .blocked
    }
    if squared > row.waitSquared { return .waitTooLong }
    return squared > row.reachSquared ? .worthWaiting : nil
  }
}
