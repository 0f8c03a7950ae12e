/// Exact minimum-cost flow on a directed network: moving idle drivers from zones with a surplus to zones short of them.
///
/// A value of this type is the memory of the solver: keep it and call `solve` again and again; once it has seen the
/// largest network it allocates nothing.
///
/// Method: successive shortest paths on reduced costs, the method of `AssignmentSolver` with capacities instead of an
/// implicit matching: from a node that still has supply to the nearest node that still has demand, stopping there, and
/// repricing only the nodes scanned. The number of paths is at most the total supply plus what negative arcs carry,
/// and in practice about the number of nodes with supply or demand.
///
/// Ties: equal input gives equal output, whatever the solver solved before. Nodes with supply are taken in ascending
/// order and arcs in the order given, and only a strictly shorter path displaces one found earlier.
package struct MinCostFlow: ~Copyable, Sendable {
  /// Nodes and arcs are limited to this many each.
  package static let limit = 1 << 26

  /// What may remain undone when supplies and demands do not fit, per unit; `nil` forbids it.
  package struct Slack: Equatable, Sendable {
    /// The cost of a unit of supply that stays where it is.
    package var unusedSupplyCost: Int32?
    /// The cost of a unit of demand that is not met.
    package var unmetDemandCost: Int32?

    /// Everything must be shipped and met.
    package static let none = Slack()

    /// Slack with the given prices.
    package init(unusedSupplyCost: Int32? = nil, unmetDemandCost: Int32? = nil) {
      self.unusedSupplyCost = unusedSupplyCost
      self.unmetDemandCost = unmetDemandCost
    }
  }

  private var search = FlowSearch()

  /// An empty solver; memory comes with the first network.
  package init() {}

  /// Finds a cheapest flow.
  ///
  /// - Parameters:
  ///   - supply: per node, the units it sends out (positive) or takes in (negative).
  ///   - arcTail: the node each arc leaves.
  ///   - arcHead: the node each arc enters; parallel arcs and loops are allowed.
  ///   - arcCapacity: the units each arc carries at most, zero or more. A cycle of negative cost is filled.
  ///   - arcCost: the cost of a unit on each arc, any `Int32`.
  ///   - slack: whether supply may stay and demand remain unmet, and at what price.
  ///   - flow: receives the units on each arc.
  /// - Returns: the cost of the flow and of the slack used.
  /// - Throws: `malformed`, `tooLarge` or `overflow` for input that is no network; `unbalanced` when supplies and
  ///   demands do not cancel and `slack` does not cover the difference; `infeasible(at:)` with a node whose supply
  ///   cannot all leave. `flow` is then unspecified.
  package mutating func solve(
    supply: [Int64],
    arcTail: [Int32],
    arcHead: [Int32],
    arcCapacity: [Int64],
    arcCost: [Int32],
    slack: Slack = .none,
    into flow: inout [Int64]
  ) throws(SolverError) -> Int64 {
    guard supply.count <= Self.limit, arcTail.count <= Self.limit else { throw .tooLarge }
    guard arcHead.count == arcTail.count, arcCapacity.count == arcTail.count, arcCost.count == arcTail.count
    else { throw .malformed(.lengthMismatch) }

    if flow.count != arcTail.count {
      flow.removeAll(keepingCapacity: true)
      flow.append(contentsOf: repeatElement(0, count: arcTail.count))
    }
    return try supply.withUnsafeBufferPointer { supply throws(SolverError) in
      try arcTail.withUnsafeBufferPointer { arcTail throws(SolverError) in
        try arcHead.withUnsafeBufferPointer { arcHead throws(SolverError) in
          try arcCapacity.withUnsafeBufferPointer { arcCapacity throws(SolverError) in
            try arcCost.withUnsafeBufferPointer { arcCost throws(SolverError) in
              try flow.withUnsafeMutableBufferPointer { flow throws(SolverError) in
                let network = FlowNetwork(
                  supply: supply, arcTail: arcTail, arcHead: arcHead, arcCapacity: arcCapacity, arcCost: arcCost,
                  slack: slack)
                return try search.solve(network, into: flow)
              }
            }
          }
        }
      }
    }
  }

  /// The price of every node of the last solve: for each arc, `cost + price[tail] - price[head]` is at least zero
  /// where the arc has room left and at most zero where it carries something, which proves the flow optimal.
  ///
  /// - Parameter prices: receives as many prices as it has elements, which must not be more than there were nodes.
  package mutating func copyPrices(into prices: inout [Int64]) {
    search.copyPrices(into: &prices)
  }
}
