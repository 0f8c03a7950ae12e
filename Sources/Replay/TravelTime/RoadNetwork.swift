package import HexGrid
import Synchronization

/// A network of roads with the time that each takes, and the fastest ways through it.
///
/// Equal networks and questions give equal answers, in whatever order they are asked.
package final class RoadNetwork: Sendable {
  /// A way from one node to another.
  package struct Edge: Hashable, Sendable {
    package var from: Int
    package var to: Int
    package var milliseconds: Int32
    package var meters: Float

    package init(from: Int, to: Int, milliseconds: Int32, meters: Float) {
      self.from = from
      self.to = to
      self.milliseconds = milliseconds
      self.meters = meters
    }
  }

  /// A drive through the network.
  package struct Way: Hashable, Sendable {
    package var milliseconds: Int64
    package var meters: Double
  }

  /// Between a place and the nearest node people drive straight, at this speed.
  static let accessMetersPerSecond = 5.0
  /// How many trees of ways are kept.
  static let keptTrees = 256

  private let nodes: [GeoPoint]
  /// Nodes at which ways only begin and end, such as a bay beside the road.
  private let stops: Set<Int>
  private let finder: NearestNode
  /// The edges that end at each node: where a node's begin in `incoming`.
  let firstIncoming: [Int32]
  let incoming: [Edge]
  private let trees = Mutex(RoadTrees())

  /// Builds a network.
  /// - Parameters:
  ///   - nodes: where the nodes are.
  ///   - edges: ways between nodes, by their places in `nodes`.
  ///   - stops: nodes at which ways only begin and end.
  /// - Returns: nil where there is no node, a position is none, or an edge leads elsewhere or back in time.
  package init?(nodes: [GeoPoint], edges: [Edge], stops: Set<Int> = []) {
    guard !nodes.isEmpty, nodes.count < Int32.max, edges.count < Int32.max, nodes.allSatisfy(\.isValid),
      edges.allSatisfy({
        nodes.indices.contains($0.from) && nodes.indices.contains($0.to) && $0.milliseconds >= 0 && $0.meters >= 0
          && $0.meters.isFinite
      })
    else { return nil }
    self.nodes = nodes
    self.stops = stops
    finder = NearestNode(nodes)
    var counts = Array(repeating: Int32(0), count: nodes.count + 1)
    for edge in edges { counts[edge.to + 1] += 1 }
    for node in nodes.indices { counts[node + 1] += counts[node] }
    firstIncoming = counts
    incoming = edges.enumerated().sorted { ($0.element.to, $0.offset) < ($1.element.to, $1.offset) }.map(\.element)
  }

  package var nodeCount: Int { nodes.count }
  /// Whether ways lead through a node.
  func isPassable(_ node: Int) -> Bool { !stops.contains(node) }

  package var edgeCount: Int { incoming.count }

  /// The fastest way from here to there; nil where the network has none, or is too far away.
  package func way(from start: GeoPoint, to end: GeoPoint) -> Way? {
    guard let first = finder.nearest(to: start), let last = finder.nearest(to: end) else { return nil }
    guard first != last else { return Self.straight(start.distanceMeters(to: end)) }
    // One task asks at a time, so nobody waits for the lock.
    guard let found = trees.withLock({ $0.way(from: first, to: last, in: self) }) else { return nil }
    let access = Self.straight(start.distanceMeters(to: nodes[first]) + nodes[last].distanceMeters(to: end))
    return Way(milliseconds: found.milliseconds + access.milliseconds, meters: found.meters + access.meters)
  }

  private static func straight(_ meters: Double) -> Way {
    Way(milliseconds: Int64(exactly: (meters / accessMetersPerSecond * 1_000).rounded()) ?? 0, meters: meters)
  }
}

/// The trees that were grown last.
private struct RoadTrees {
  private var byEnd: [Int: RoadTree] = [:]
  private var order: [Int] = []

  mutating func way(from start: Int, to end: Int, in network: RoadNetwork) -> RoadNetwork.Way? {
    if let tree = byEnd[end] { return tree.way(from: start, in: network) }
    if order.count == RoadNetwork.keptTrees { byEnd[order.removeFirst()] = nil }
    let tree = RoadTree(end: end, nodes: network.nodeCount)
    byEnd[end] = tree
    order.append(end)
    return tree.way(from: start, in: network)
  }
}
