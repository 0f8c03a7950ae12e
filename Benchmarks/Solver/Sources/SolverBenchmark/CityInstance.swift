import Glibc

/// A random city: riders and drivers in a square, each rider with its nearest drivers as candidates.
///
/// Costs are seconds at 8 m/s with a detour factor of 1.3.
struct CityInstance {
  enum Layout: String {
    /// Riders and drivers uniform over the square.
    case uniform
    /// Four riders in ten in five hot spots, drivers uniform: drivers near a hot spot are contested hard.
    case hotspots
  }

  let name: String
  let riders: Int
  let drivers: Int
  /// The same for every rider: what staying unassigned costs, in seconds.
  let unassignedSeconds: Int32
  var rowStart: [Int32] = [0]
  var edgeColumn: [Int32] = []
  var edgeCost: [Int32] = []

  init(riders: Int, drivers: Int, candidates: Int, layout: Layout, unassignedSeconds: Int32, seed: UInt64) {
    self.riders = riders
    self.drivers = drivers
    self.unassignedSeconds = unassignedSeconds
    name = "\(layout.rawValue)-\(riders)x\(drivers)x\(candidates)"
    var random = SplitMix64(state: seed)
    let plane = Plane(points: (0..<drivers).map { _ in random.anywhere() })
    let hotSpots = (0..<5).map { _ in random.anywhere() }
    for _ in 0..<riders {
      var point = random.anywhere()
      if layout == .hotspots, random.unit() < 0.4 {
        // A sum of uniforms: a bell about 600 m wide.
        point = hotSpots[Int(random.next() % 5)]
        point.x += (random.unit() + random.unit() + random.unit() - 1.5) * 1200
        point.y += (random.unit() + random.unit() + random.unit() - 1.5) * 1200
      }
      for (metres, driver) in plane.nearest(candidates, to: point) {
        edgeColumn.append(driver)
        edgeCost.append(Int32((metres * 1.3 / 8).rounded()))
      }
      rowStart.append(Int32(edgeColumn.count))
    }
  }

  /// `rows columns unassigned`, then a line of `column cost` pairs per row.
  var text: String {
    var text = "\(riders) \(drivers) \(unassignedSeconds)\n"
    for row in 0..<riders {
      for edge in Int(rowStart[row])..<Int(rowStart[row + 1]) { text += "\(edgeColumn[edge]) \(edgeCost[edge]) " }
      text += "\n"
    }
    return text
  }
}

/// Zones of a random city with surpluses and shortages, each linked to its nearest zones.
struct ZonesInstance {
  let name: String
  var supply: [Int64]
  var tail: [Int32] = []
  var head: [Int32] = []
  var capacity: [Int64] = []
  var cost: [Int32] = []

  init(zones: Int, links: Int, seed: UInt64) {
    name = "zones-\(zones)x\(links)"
    var random = SplitMix64(state: seed)
    let plane = Plane(points: (0..<zones).map { _ in random.anywhere() })
    supply = (0..<zones).map { _ in Int64(random.next() % 41) - 20 }
    let surplus = supply.reduce(0, +)
    supply[0] -= surplus
    for zone in 0..<zones {
      for (metres, other) in plane.nearest(links + 1, to: plane.points[zone]) where Int(other) != zone {
        tail.append(Int32(zone))
        head.append(other)
        capacity.append(Int64(5 + random.next() % 60))
        cost.append(Int32((metres * 1.3 / 8).rounded()))
      }
    }
  }

  /// `nodes arcs`, the supplies in a line, then a line `tail head capacity cost` per arc.
  var text: String {
    var text = "\(supply.count) \(tail.count)\n" + supply.map { "\($0)" }.joined(separator: " ") + "\n"
    for arc in tail.indices { text += "\(tail[arc]) \(head[arc]) \(capacity[arc]) \(cost[arc])\n" }
    return text
  }
}

/// Points in a square of 20 km, found by nearness through a grid.
struct Plane {
  typealias Point = (x: Double, y: Double)
  static let sideMetres = 20_000.0

  let points: [Point]
  private let cells: Int
  private var grid: [[Int32]]

  init(points: [Point]) {
    self.points = points
    cells = max(1, Int((Double(points.count) / 4).squareRoot()))
    grid = Array(repeating: [], count: cells * cells)
    for (index, point) in points.enumerated() { grid[cell(point.y) * cells + cell(point.x)].append(Int32(index)) }
  }

  private func cell(_ metres: Double) -> Int {
    min(cells - 1, max(0, Int(metres / Self.sideMetres * Double(cells))))
  }

  func nearest(_ count: Int, to point: Point) -> ArraySlice<(metres: Double, index: Int32)> {
    let (column, row) = (cell(point.x), cell(point.y))
    var found: [(metres: Double, index: Int32)] = []
    for ring in 0..<cells {
      for y in max(0, row - ring)...min(cells - 1, row + ring) {
        for x in max(0, column - ring)...min(cells - 1, column + ring)
        where max(abs(x - column), abs(y - row)) == ring {
          for index in grid[y * cells + x] {
            let (dx, dy) = (points[Int(index)].x - point.x, points[Int(index)].y - point.y)
            found.append(((dx * dx + dy * dy).squareRoot(), index))
          }
        }
      }
      // Whatever the next ring holds is farther than this.
      let sureMetres = Double(ring) * Self.sideMetres / Double(cells)
      if found.lazy.filter({ $0.metres <= sureMetres }).count >= count { break }
    }
    return found.sorted { ($0.metres, $0.index) < ($1.metres, $1.index) }.prefix(count)
  }
}

/// Steele, Lea and Flood's generator.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  mutating func anywhere() -> Plane.Point {
    let x = unit() * Plane.sideMetres
    return (x, unit() * Plane.sideMetres)
  }
}
