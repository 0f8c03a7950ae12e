/// The fastest ways to one node, grown as far as was asked for: the algorithm of Dijkstra (1959), from the end backwards.
final class RoadTree {
  private struct Entry: Comparable {
    var milliseconds: Int64
    var node: Int32

    static func < (left: Entry, right: Entry) -> Bool {
      (left.milliseconds, left.node) < (right.milliseconds, right.node)
    }
  }

  /// The least times known, and whether they are final.
  private var milliseconds: [Int64]
  private var meters: [Float]
  private var isFinal: [Bool]
  private var heap: [Entry] = []

  private let end: Int

  init(end: Int, nodes: Int) {
    self.end = end
    milliseconds = Array(repeating: .max, count: nodes)
    meters = Array(repeating: 0, count: nodes)
    isFinal = Array(repeating: false, count: nodes)
    milliseconds[end] = 0
    heap.append(Entry(milliseconds: 0, node: Int32(end)))
  }

  /// The way from a node; nil where there is none.
  func way(from start: Int, in network: RoadNetwork) -> RoadNetwork.Way? {
    while !isFinal[start], let next = pop() { settle(Int(next.node), in: network) }
    guard isFinal[start] else { return nil }
    return RoadNetwork.Way(milliseconds: milliseconds[start], meters: Double(meters[start]))
  }

  private func settle(_ node: Int, in network: RoadNetwork) {
    guard !isFinal[node] else { return }
    isFinal[node] = true
    guard node == end || network.isPassable(node) else { return }
    for index in Int(network.firstIncoming[node])..<Int(network.firstIncoming[node + 1]) {
      let edge = network.incoming[index]
      let time = milliseconds[node] + Int64(edge.milliseconds)
      guard time < milliseconds[edge.from] else { continue }
      milliseconds[edge.from] = time
      meters[edge.from] = meters[node] + edge.meters
      push(Entry(milliseconds: time, node: Int32(edge.from)))
    }
  }

  private func push(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private func pop() -> Entry? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return first }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
