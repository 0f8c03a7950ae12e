/// The search behind `MinCostFlow`: the residual network in compressed rows and shortest augmenting paths on it.
///
/// Duals: `cost + nodes[tail].price - nodes[head].price >= 0` for every arc with residual capacity. A node that still
/// has demand keeps the price zero, so prices stay within the length of a path: the number of nodes times 2^32.
struct FlowSearch: ~Copyable, Sendable {
  struct Node: BitwiseCopyable {
    var price: Int64 = 0
    /// Tentative distance from the node being emptied; `max` when the search has not seen the node.
    var distance = Int64.max
    /// What the node still has to send, or to take in when negative.
    var excess: Int64 = 0
    /// The slot of the residual arc by which the search reached the node.
    var reachedBy: Int32 = -1
    /// The slot of the node's first residual arc; the next node's is the end.
    var firstSlot: Int32 = 0
  }

  /// One direction of an arc; the twin is the other.
  struct ResidualArc: BitwiseCopyable {
    var residual: Int64
    var cost: Int64
    var head: Int32
    var twin: Int32
  }

  /// One call: the network and the memory reserved for it.
  struct Frame {
    let network: FlowNetwork
    let nodeCount: Int
    let arcCount: Int
    /// One more than `nodeCount`: the last only ends the slots of the one before.
    let nodes: UnsafeMutablePointer<Node>
    let arcs: UnsafeMutablePointer<ResidualArc>
    /// Per arc of the network, then per slack arc, the slot of its forward direction.
    let slotOfArc: UnsafeMutablePointer<Int32>
    let touched: UnsafeMutablePointer<Int32>
    let scanned: UnsafeMutablePointer<Int32>
    let ready: UnsafeMutablePointer<Int32>
  }

  private var nodeBuffer = ScratchBuffer<Node>()
  private var arcBuffer = ScratchBuffer<ResidualArc>()
  private var slotBuffer = ScratchBuffer<Int32>()
  private var touchedBuffer = ScratchBuffer<Int32>()
  private var scannedBuffer = ScratchBuffer<Int32>()
  private var readyBuffer = ScratchBuffer<Int32>()
  var queue = PathQueue<Int64>()

  init() {}

  mutating func solve(
    _ network: FlowNetwork, into flow: UnsafeMutableBufferPointer<Int64>
  ) throws(SolverError) -> Int64 {
    let surplus = try network.validated()
    let nodeCount = network.supply.count &+ (network.hasSlackNode ? 1 : 0)
    var arcCount = 0
    network.forEachArc { _ in arcCount &+= 1 }
    let frame = Frame(
      network: network, nodeCount: nodeCount, arcCount: arcCount,
      nodes: nodeBuffer.reserve(nodeCount &+ 1), arcs: arcBuffer.reserve(arcCount &* 2),
      slotOfArc: slotBuffer.reserve(arcCount), touched: touchedBuffer.reserve(nodeCount),
      scanned: scannedBuffer.reserve(nodeCount), ready: readyBuffer.reserve(nodeCount))
    frame.build(surplus: surplus)
    try frame.fillNegativeArcs()

    for node in 0..<nodeCount {
      while frame.nodes[node].excess > 0 {
        try augment(frame, from: Int32(truncatingIfNeeded: node))
      }
    }
    return try frame.readFlow(into: flow)
  }

  mutating func copyPrices(into prices: inout [Int64]) {
    let nodes = nodeBuffer.reserve(prices.count)
    for index in prices.indices { prices[index] = nodes[index].price }
  }
}
