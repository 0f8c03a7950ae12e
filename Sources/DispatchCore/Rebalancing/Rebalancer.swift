package import HexGrid

/// Sends free drivers where the next riders will be, wherever that saves riders more than it costs in driving.
///
/// Two questions, two methods. How many drivers each part of the city needs over the next hours is a minimum-cost flow through
/// space and time (`AreaFlow`): a long drive is made only when its end will be short of drivers by the time of the arrival.
/// Where within reach drivers wait best is a matter of the next minutes (`Coverage`): the move that shortens riders' ways the most
/// for its own length comes first, then the next, until none pays. A driver whose leaving would cost more than it
/// brings stays, and so does whoever is not movable.
///
/// Equal input gives equal output.
package struct Rebalancer: ~Copyable {
  /// What a plan is made from.
  package struct Situation: Sendable {
    package var now: Timestamp
    /// Everybody who is free or will be within the next steps.
    package var drivers: [FleetDriver]
    /// How busy the city is against the model.
    package var level: DemandLevel
    /// How fast the crow drives.
    package var metersPerSecond: Double
    /// Requests by zone that wait already, and so come on top of what is forecast.
    package var waiting: [HexCell: Int]

    package init(
      now: Timestamp, drivers: [FleetDriver], level: DemandLevel, metersPerSecond: Double, waiting: [HexCell: Int] = [:]
    ) {
      self.waiting = waiting
      self.now = now
      self.drivers = drivers
      self.level = level
      self.metersPerSecond = metersPerSecond
    }
  }

  private let model: CityModel
  private let policy: RebalancePolicy
  private let map: SiteMap
  private var areaFlow = AreaFlow()

  /// A planner for a city; makes a map of it once.
  /// - Parameters:
  ///   - model: what was learned of the city.
  ///   - policy: the knobs.
  package init(model: CityModel, policy: RebalancePolicy = RebalancePolicy()) {
    self.model = model
    self.policy = policy
    map = SiteMap(model, reach: policy.coverMeters)
  }

  /// Plans the moves of one moment.
  /// - Returns: the moves, ordered by driver; at most one for each, and none for who is not movable.
  /// - Throws: `SolverError` for more drivers than the solver counts.
  package mutating func plan(_ situation: Situation) throws(SolverError) -> [RebalanceMove] {
    let speed = situation.metersPerSecond
    guard speed > 0, speed.isFinite, situation.drivers.contains(where: \.isMovable), !map.places.isEmpty else {
      return []
    }
    // The order in which drivers are told must not matter.
    let drivers = situation.drivers.filter { $0.position.isValid }.sorted { $0.driver < $1.driver }
    let expected = model.requests.expected(from: situation.now, seconds: policy.coverSeconds)
    let levels = map.areas.map { situation.level.factor(of: $0) }
    let requests = map.places.indices.map { site in
      let requests = expected[Int(map.zones[site])] * map.shares[site] * levels[Int(map.areaOfSite[site])]
      return requests < 0.01 ? 0 : requests
    }
    var coverage = Coverage(
      map, requests: requests, places: drivers.map { map.plane.project($0.position) },
      // On the way is half as good as there.
      delays: drivers.map { max($0.freeInSeconds, 0) * speed / 2 }, policy: policy)
    var task = Task(drivers: drivers, speed: speed)
    if policy.movesBetweenAreas { try moveBetweenAreas(situation, requests, &task, &coverage) }
    spread(&task, &coverage)
    return task.moves.sorted { $0.key < $1.key }.map { driver, site in
      let drive = map.plane.project(drivers[driver].position).squaredDistance(to: map.places[site]).squareRoot()
      return RebalanceMove(
        driver: drivers[driver].driver, target: map.positions[site], driveSeconds: drive / speed)
    }
  }

  /// A plan in the making.
  private struct Task {
    let drivers: [FleetDriver]
    let speed: Double
    /// Sites by driver.
    var moves: [Int: Int] = [:]

    func mayMove(_ driver: Int) -> Bool { drivers[driver].isMovable && moves[driver] == nil }
  }

  /// Makes the best move again and again until none is worth its drive.
  private func spread(_ task: inout Task, _ coverage: inout Coverage) {
    let reach = policy.coverMeters * 1.5
    var movable = task.drivers.indices.filter { task.mayMove($0) }
    while !movable.isEmpty {
      var best = policy.leastGainSeconds * task.speed
      var found: (driver: Int, site: Int)?
      // The most promising come first, so that the rest need no look.
      let sites = coverage.activeSites.filter { coverage.gain[$0] > best }.sorted {
        (coverage.gain[$0], $1) > (coverage.gain[$1], $0)
      }
      for driver in movable {
        let place = coverage.places[driver]
        for site in sites {
          let saved = coverage.gain[site] - coverage.loss[driver]
          guard saved > best else { break }
          let squared = map.places[site].squaredDistance(to: place)
          guard squared < reach * reach else { continue }
          let net = saved - policy.shortDriveWeight * squared.squareRoot()
          if net > best {
            best = net
            found = (driver, site)
          }
        }
      }
      guard let found else { return }
      task.moves[found.driver] = found.site
      coverage.move(found.driver, to: found.site)
      movable.removeAll { $0 == found.driver }
    }
  }

  private mutating func moveBetweenAreas(
    _ situation: Situation, _ requests: [Double], _ task: inout Task, _ coverage: inout Coverage
  ) throws(SolverError) {
    let picture = AreaPicture(map: map, model: model, policy: policy, situation: situation, drivers: task.drivers)
    let transfers = try areaFlow.plan(
      picture.areas(requests: requests), metersPerSecond: task.speed, policy: policy)
    for transfer in transfers {
      for _ in 0..<transfer.drivers {
        // Areas without sites are only left, never entered.
        var site: Int?
        for candidate in coverage.activeSites where Int(map.areaOfSite[candidate]) == transfer.to {
          if coverage.gain[candidate] > (site.map { coverage.gain[$0] } ?? -1) { site = candidate }
        }
        guard let site else { break }
        var best = Double.infinity
        var chosen: Int?
        for driver in picture.idle[transfer.from] where task.mayMove(driver) {
          let meters = coverage.places[driver].squaredDistance(to: map.places[site]).squareRoot()
          let price = coverage.loss[driver] + policy.longDriveWeight * meters
          if price < best {
            best = price
            chosen = driver
          }
        }
        guard let chosen else { break }
        task.moves[chosen] = site
        coverage.move(chosen, to: site)
      }
    }
  }
}
