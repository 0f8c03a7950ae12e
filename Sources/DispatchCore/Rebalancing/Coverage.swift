/// How well drivers cover the places where requests come from, and what moving one would change.
///
/// A request goes to the nearest driver, who is taken with a fixed chance, then to the next one, and so on; so its expected way is a
/// weighted sum of the distances of the nearest few (a p-median with busy servers: Daskin 1983). `loss` tells how much longer
/// the ways get without a driver, `gain` how much shorter with one more at a site, in metres times requests.
struct Coverage {
  /// How many of the nearest drivers count, and one more who steps in when one of them leaves.
  private static let depth = 3
  private static let kept = depth + 1

  private let map: SiteMap
  /// Requests expected from each site.
  private let requests: [Double]
  /// The sites with requests.
  let activeSites: [Int]
  private let reach: Double
  private let weights: (Double, Double, Double)
  private(set) var places: [FlatEarth.Point]
  /// Metres by which a driver counts as farther, for not being there yet.
  private var delays: [Double]
  private var distances: [Double]
  private var nearest: [Int32]
  /// What leaves with each driver.
  private(set) var loss: [Double]
  /// What one more driver brings at each site.
  private(set) var gain: [Double]

  /// Creates the picture of a moment.
  /// - Parameters:
  ///   - map: the sites.
  ///   - requests: expected requests of each site.
  ///   - places: where the drivers are, or will be.
  ///   - delays: metres by which each counts as farther.
  ///   - policy: the knobs.
  init(
    _ map: SiteMap, requests: [Double], places: [FlatEarth.Point], delays: [Double], policy: RebalancePolicy
  ) {
    self.map = map
    self.requests = requests
    self.places = places
    self.delays = delays
    reach = policy.coverMeters
    let taken = min(max(policy.takenChance, 0), 1)
    weights = (1 - taken, (1 - taken) * taken, (1 - taken) * taken * taken)
    activeSites = requests.indices.filter { requests[$0] > 0 }
    distances = Array(repeating: reach, count: requests.count * Self.kept)
    nearest = Array(repeating: -1, count: requests.count * Self.kept)
    loss = Array(repeating: 0, count: places.count)
    gain = Array(repeating: 0, count: requests.count)
    for site in activeSites { find(site) }
    for site in activeSites { count(site, 1) }
    for site in activeSites { addGains(around: site, 1) }
  }

  /// Puts a driver to a site and keeps everything true.
  mutating func move(_ driver: Int, to site: Int) {
    let after = map.places[site]
    places[driver] = after
    delays[driver] = 0
    for other in activeSites {
      let first = other * Self.kept
      let was = (first..<first + Self.kept).contains { nearest[$0] == Int32(driver) }
      guard was || isNear(after, map.places[other], distances[first + Self.kept - 1]) else { continue }
      count(other, -1)
      addGains(around: other, -1)
      find(other)
      count(other, 1)
      addGains(around: other, 1)
    }
  }

  private func isNear(_ left: FlatEarth.Point, _ right: FlatEarth.Point, _ meters: Double) -> Bool {
    left.squaredDistance(to: right) < meters * meters
  }

  /// Finds the nearest drivers of a site.
  private mutating func find(_ site: Int) {
    let first = site * Self.kept
    for slot in first..<first + Self.kept {
      distances[slot] = reach
      nearest[slot] = -1
    }
    let last = first + Self.kept - 1
    let place = map.places[site]
    for driver in places.indices {
      let bound = distances[last] - delays[driver]
      guard bound > 0 else { continue }
      let squared = places[driver].squaredDistance(to: place)
      guard squared < bound * bound else { continue }
      let distance = squared.squareRoot() + delays[driver]
      var slot = last
      while slot > first, distances[slot - 1] > distance {
        distances[slot] = distances[slot - 1]
        nearest[slot] = nearest[slot - 1]
        slot -= 1
      }
      distances[slot] = distance
      nearest[slot] = Int32(driver)
    }
  }

  /// Adds to (or takes from) the drivers' losses what the site contributes.
  private mutating func count(_ site: Int, _ sign: Double) {
    let first = site * Self.kept
    let share = requests[site] * sign
    let third = weights.2 * (distances[first + 3] - distances[first + 2])
    let second = weights.1 * (distances[first + 2] - distances[first + 1]) + third
    let whole = weights.0 * (distances[first + 1] - distances[first]) + second
    if nearest[first] >= 0 { loss[Int(nearest[first])] += share * whole }
    if nearest[first + 1] >= 0 { loss[Int(nearest[first + 1])] += share * second }
    if nearest[first + 2] >= 0 { loss[Int(nearest[first + 2])] += share * third }
  }

  /// Adds to (or takes from) the gains of the sites around what one more driver there would bring this site.
  private mutating func addGains(around site: Int, _ sign: Double) {
    let first = site * Self.kept
    let share = requests[site] * sign
    let (one, two, three) = (distances[first], distances[first + 1], distances[first + 2])
    for index in Int(map.neighborStart[site])..<Int(map.neighborStart[site + 1]) {
      let neighbor = map.neighbors[index]
      let meters = Double(neighbor.meters)
      if meters >= three { continue }
      let shorter =
        if meters < one {
          weights.0 * (one - meters) + weights.1 * (two - one) + weights.2 * (three - two)
        } else if meters < two {
          weights.1 * (two - meters) + weights.2 * (three - two)
        } else {
          weights.2 * (three - meters)
        }
      gain[Int(neighbor.site)] += share * shorter
    }
  }
}
