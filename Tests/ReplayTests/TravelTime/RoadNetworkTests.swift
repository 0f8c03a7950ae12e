import HexGrid
import Testing

@testable import Replay

@Suite("Networks of roads")
struct RoadNetworkTests {
  private func place(_ column: Int, _ row: Int) -> GeoPoint {
    GeoPoint(latitude: 37.7 + Double(row) * 0.003, longitude: -122.4 + Double(column) * 0.003)
  }

  /// A random network of a grid's nodes.
  private func random(_ seed: UInt64, nodes: Int, edges: Int) -> (places: [GeoPoint], edges: [RoadNetwork.Edge]) {
    var random = SplitMix64(seed: seed, stream: 1)
    let places = (0..<nodes).map { place($0 % 6, $0 / 6) }
    let ways = (0..<edges).map { _ in
      RoadNetwork.Edge(
        from: random.below(nodes), to: random.below(nodes), milliseconds: Int32(random.below(20) * 1_000),
        meters: Float(random.below(100)))
    }
    return (places, ways)
  }

  /// The least times by relaxing every edge until nothing changes.
  private func reference(
    _ edges: [RoadNetwork.Edge], nodes: Int, stops: Set<Int>, to end: Int
  ) -> [Int64?] {
    var best: [Int64?] = Array(repeating: nil, count: nodes)
    best[end] = 0
    var changed = true
    while changed {
      changed = false
      for edge in edges {
        guard let rest = best[edge.to], edge.to == end || !stops.contains(edge.to) else { continue }
        let time = rest + Int64(edge.milliseconds)
        if time < best[edge.from] ?? .max {
          best[edge.from] = time
          changed = true
        }
      }
    }
    return best
  }

  @Test("The fastest ways are those that trying everything finds", arguments: 1...20)
  func exact(seed: UInt64) throws {
    let (places, edges) = random(seed, nodes: 36, edges: 90)
    let stops: Set<Int> = seed.isMultiple(of: 2) ? [3, 17, 20] : []
    let network = try #require(RoadNetwork(nodes: places, edges: edges, stops: stops))
    for end in places.indices {
      let expected = reference(edges, nodes: places.count, stops: stops, to: end)
      for start in places.indices where start != end {
        #expect(network.way(from: places[start], to: places[end])?.milliseconds == expected[start], "\(start) \(end)")
      }
    }
  }

  @Test("Answers do not depend on what was asked before")
  func order() throws {
    let (places, edges) = random(7, nodes: 36, edges: 120)
    let all = places.indices.flatMap { start in places.indices.map { (start, $0) } }
    let first = try #require(RoadNetwork(nodes: places, edges: edges))
    let second = try #require(RoadNetwork(nodes: places, edges: edges))
    let forward = all.map { first.way(from: places[$0.0], to: places[$0.1]) }
    let backward = all.reversed().map { second.way(from: places[$0.0], to: places[$0.1]) }
    #expect(forward == backward.reversed())
  }

  @Test("Places beside the roads are reached straight; far from them the network knows nothing")
  func access() throws {
    let nodes = [place(0, 0), place(4, 0)]
    let network = try #require(
      RoadNetwork(nodes: nodes, edges: [RoadNetwork.Edge(from: 0, to: 1, milliseconds: 90_000, meters: 1_200)]))
    let beside = GeoPoint(latitude: 37.7009, longitude: -122.4)
    let meters = beside.distanceMeters(to: nodes[0])
    let way = try #require(network.way(from: beside, to: nodes[1]))
    #expect(way.milliseconds == 90_000 + Int64((meters * 200).rounded()) && way.meters == 1_200 + meters)
    #expect(network.way(from: nodes[1], to: nodes[0]) == nil)
    #expect(network.way(from: nodes[0], to: GeoPoint(latitude: 38, longitude: -122.4)) == nil)
    #expect(network.way(from: nodes[0], to: nodes[0]) == RoadNetwork.Way(milliseconds: 0, meters: 0))
  }

  @Test("The nearest node is the nearest one")
  func nearest() {
    var random = SplitMix64(seed: 5, stream: 2)
    let nodes = (0..<300).map { _ in
      GeoPoint(latitude: 48.1 + random.unit() * 0.1, longitude: 11.5 + random.unit() * 0.1)
    }
    let finder = NearestNode(nodes)
    for _ in 0..<500 {
      let spot = GeoPoint(latitude: 48.08 + random.unit() * 0.14, longitude: 11.48 + random.unit() * 0.14)
      let expected = nodes.indices.min { nodes[$0].distanceMeters(to: spot) < nodes[$1].distanceMeters(to: spot) }
      #expect(finder.nearest(to: spot) == expected)
    }
  }

  @Test("What is no network is refused")
  func refused() {
    let nodes = [place(0, 0), place(1, 0)]
    func edge(_ from: Int, _ to: Int, _ milliseconds: Int32 = 1, _ meters: Float = 1) -> RoadNetwork.Edge {
      RoadNetwork.Edge(from: from, to: to, milliseconds: milliseconds, meters: meters)
    }
    #expect(RoadNetwork(nodes: [], edges: []) == nil)
    #expect(RoadNetwork(nodes: [GeoPoint(latitude: .nan, longitude: 0)], edges: []) == nil)
    for wrong in [edge(0, 2), edge(-1, 0), edge(0, 1, -1), edge(0, 1, 1, -1), edge(0, 1, 1, .infinity)] {
      #expect(RoadNetwork(nodes: nodes, edges: [wrong]) == nil)
    }
  }

  @Test("A city moves by its roads where it has some, else straight")
  func travelTime() throws {
    let nodes = [place(0, 0), place(4, 0)]
    let roads = try #require(
      RoadNetwork(nodes: nodes, edges: [RoadNetwork.Edge(from: 0, to: 1, milliseconds: 90_000, meters: 1_200)]))
    var time = TravelTime(speed: HourlySpeed(constant: 5), zone: .fixed(0))
    let crow = nodes[0].distanceMeters(to: nodes[1])
    #expect(time.milliseconds(from: nodes[0], to: nodes[1], at: 0) == Int64(crow / 5 * 1_000))
    time.roads = roads
    #expect(time.milliseconds(from: nodes[0], to: nodes[1], at: 0) == 90_000)
    #expect(time.distanceMeters(from: nodes[0], to: nodes[1]) == 1_200)
    #expect(time.milliseconds(from: nodes[1], to: nodes[0], at: 0) == Int64(crow / 5 * 1_000))
  }
}
