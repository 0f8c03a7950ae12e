import HexGrid

/// The areas of a city as the flow between them needs them: who is where, and what is forecast.
struct AreaPicture {
  /// The drivers of each area who may be sent elsewhere.
  private(set) var idle: [[Int]] = []
  private var cells: [HexCell]
  private var indexOfCell: [HexCell: Int] = [:]
  private var arriving: [[Double]]
  /// Ends of rides under way, by step, over all areas.
  private var known: [Double]
  private let map: SiteMap
  private let model: CityModel
  private let policy: RebalancePolicy
  private let situation: Rebalancer.Situation

  init(
    map: SiteMap, model: CityModel, policy: RebalancePolicy, situation: Rebalancer.Situation, drivers: [FleetDriver]
  ) {
    self.map = map
    self.model = model
    self.policy = policy
    self.situation = situation
    let steps = max(policy.steps, 1)
    let nothing = Array(repeating: 0.0, count: steps)
    cells = map.areas
    arriving = Array(repeating: nothing, count: cells.count)
    idle = Array(repeating: [], count: cells.count)
    known = nothing
    for (index, cell) in cells.enumerated() { indexOfCell[cell] = index }
    for (index, driver) in drivers.enumerated() {
      guard let cell = HexCell(driver.position, resolution: CityModel.areaResolution) else { continue }
      let area: Int
      if let found = indexOfCell[cell] {
        area = found
      } else {
        area = cells.count
        indexOfCell[cell] = area
        cells.append(cell)
        arriving.append(nothing)
        idle.append([])
      }
      if driver.isMovable {
        idle[area].append(index)
      } else {
        let step = min(Int(min(max(driver.freeInSeconds, 0), 1e9)) / max(policy.stepSeconds, 1), steps - 1)
        arriving[area][step] += 1
        if driver.isOnRide { known[step] += 1 }
      }
    }
  }

  /// The areas with their forecasts; the first ones are those of the map.
  /// - Parameter requests: expected requests of each site, as weights.
  func areas(requests: [Double]) -> [AreaFlow.Area] {
    let steps = max(policy.steps, 1)
    let level = situation.level.city
    let levels = map.areas.map { situation.level.factor(of: $0) }
    var asked = Array(repeating: Array(repeating: 0.0, count: steps), count: cells.count)
    var ended = asked
    for step in 0..<steps {
      let start = situation.now.advanced(bySeconds: step * policy.stepSeconds)
      let expected = model.requests.expected(from: start, seconds: policy.stepSeconds)
      for site in map.places.indices {
        let area = Int(map.areaOfSite[site])
        asked[area][step] += expected[Int(map.zones[site])] * map.shares[site] * levels[area]
      }
      let dropoffs = model.dropoffs.expected(from: start, seconds: policy.stepSeconds)
      let all = dropoffs.reduce(0, +) * level
      // Some of the rides that will end are under way, and counted as arriving.
      let unknown = all > 0 ? max(0, 1 - known[step] / all) : 0
      for (index, cell) in cells.enumerated() {
        if let place = model.dropoffs.index(of: cell) { ended[index][step] = dropoffs[place] * level * unknown }
      }
    }
    for (zone, count) in situation.waiting {
      if let area = zone.parent(at: CityModel.areaResolution).flatMap({ indexOfCell[$0] }) {
        asked[area][0] += Double(max(count, 0))
      }
    }
    var weight = Array(repeating: 0.0, count: cells.count)
    var squares = weight
    var middle = Array(repeating: FlatEarth.Point(x: 0, y: 0), count: cells.count)
    for site in map.places.indices {
      let area = Int(map.areaOfSite[site])
      weight[area] += requests[site]
      squares[area] += requests[site] * requests[site]
      middle[area].x += requests[site] * map.places[site].x
      middle[area].y += requests[site] * map.places[site].y
    }
    return cells.indices.map { index in
      let isKnown = weight[index] > 0
      let place =
        isKnown
        ? FlatEarth.Point(x: middle[index].x / weight[index], y: middle[index].y / weight[index])
        : map.plane.project(cells[index].center)
      return AreaFlow.Area(
        place: place,
        // As many equal cells would give the same sum of squares.
        spreadSquareMeters: isKnown ? DemandSite.squareMeters * weight[index] * weight[index] / squares[index] : 0,
        idle: idle[index].count, arriving: arriving[index], requests: asked[index], dropoffs: ended[index])
    }
  }
}
