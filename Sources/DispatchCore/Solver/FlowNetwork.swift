/// The arrays of a minimum-cost flow problem, borrowed for the duration of one call.
struct FlowNetwork {
  let supply: UnsafeBufferPointer<Int64>
  let arcTail: UnsafeBufferPointer<Int32>
  let arcHead: UnsafeBufferPointer<Int32>
  let arcCapacity: UnsafeBufferPointer<Int64>
  let arcCost: UnsafeBufferPointer<Int32>
  let slack: MinCostFlow.Slack

  /// An arc as given, or one that carries slack.
  struct Arc {
    var tail: Int32
    var head: Int32
    var capacity: Int64
    var cost: Int32
  }

  /// Supplies stay within this, so that sums and differences of two of them cannot overflow.
  static let largestSupply: Int64 = 1 << 61

  /// With slack there is one more node, after the last, that absorbs unused supply and feeds unmet demand.
  var hasSlackNode: Bool { slack != .none }

  /// Checks every index and magnitude once, so that the search may go without.
  ///
  /// - Returns: the sum of all supplies: what the slack node must absorb, or feed when negative.
  func validated() throws(SolverError) -> Int64 {
    let nodes = UInt32(supply.count)
    for arc in arcTail.indices {
      guard UInt32(bitPattern: arcTail[arc]) < nodes, UInt32(bitPattern: arcHead[arc]) < nodes
      else { throw .malformed(.indexOutOfRange) }
      if arcCapacity[arc] < 0 { throw .malformed(.negativeCapacity) }
    }
    var supplied: Int64 = 0
    var demanded: Int64 = 0
    for units in supply {
      let (sum, overflow) = (units > 0 ? supplied : demanded).addingReportingOverflow(units)
      if overflow || sum > Self.largestSupply || sum < -Self.largestSupply { throw .overflow }
      if units > 0 { supplied = sum } else { demanded = sum }
    }
    let surplus = supplied &+ demanded
    if surplus > 0 && slack.unusedSupplyCost == nil { throw .unbalanced }
    if surplus < 0 && slack.unmetDemandCost == nil { throw .unbalanced }
    return surplus
  }

  /// Calls `body` with every arc given, then with the arcs between the slack node and the nodes with supply or
  /// demand, in ascending order of those.
  @inline(__always)
  func forEachArc(_ body: (Arc) -> Void) {
    for index in arcTail.indices {
      body(Arc(tail: arcTail[index], head: arcHead[index], capacity: arcCapacity[index], cost: arcCost[index]))
    }
    guard hasSlackNode else { return }
    let slackNode = Int32(truncatingIfNeeded: supply.count)
    for index in supply.indices {
      let node = Int32(truncatingIfNeeded: index)
      let units = supply[index]
      if units > 0, let cost = slack.unusedSupplyCost {
        body(Arc(tail: node, head: slackNode, capacity: units, cost: cost))
      } else if units < 0, let cost = slack.unmetDemandCost {
        body(Arc(tail: slackNode, head: node, capacity: 0 &- units, cost: cost))
      }
    }
  }
}
