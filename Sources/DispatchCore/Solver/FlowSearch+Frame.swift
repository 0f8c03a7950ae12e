extension FlowSearch.Frame {
  /// Lays out both directions of every arc, grouped by the node they leave, in the order given.
  func build(surplus: Int64) {
    nodes.update(repeating: .init(), count: nodeCount &+ 1)
    for index in network.supply.indices { nodes[index].excess = network.supply[index] }
    if network.hasSlackNode { nodes[nodeCount &- 1].excess = 0 &- surplus }

    network.forEachArc { arc in
      nodes[Int(arc.tail)].firstSlot &+= 1
      nodes[Int(arc.head)].firstSlot &+= 1
    }
    // The number of slots of every node becomes the start of its group; `ready` counts what is filled.
    var start: Int32 = 0
    for index in 0..<nodeCount {
      ready[index] = start
      let count = nodes[index].firstSlot
      nodes[index].firstSlot = start
      start &+= count
    }
    nodes[nodeCount].firstSlot = start

    var index = 0
    network.forEachArc { arc in
      let forward = ready[Int(arc.tail)]
      ready[Int(arc.tail)] &+= 1
      let backward = ready[Int(arc.head)]
      ready[Int(arc.head)] &+= 1
      let cost = Int64(arc.cost)
      arcs[Int(forward)] = .init(residual: arc.capacity, cost: cost, head: arc.head, twin: backward)
      arcs[Int(backward)] = .init(residual: 0, cost: 0 &- cost, head: arc.tail, twin: forward)
      slotOfArc[index] = forward
      index &+= 1
    }
  }

  /// Fills every arc of negative cost, so that prices of zero are right for what remains; the search takes back what
  /// was too much.
  func fillNegativeArcs() throws(SolverError) {
    for index in 0..<arcCount {
      let forward = Int(slotOfArc[index])
      guard arcs[forward].cost < 0 else { continue }
      let backward = Int(arcs[forward].twin)
      let units = arcs[forward].residual
      let head = Int(arcs[forward].head)
      let tail = Int(arcs[backward].head)
      arcs[forward].residual = 0
      arcs[backward].residual = units
      if head == tail { continue }
      let received = nodes[head].excess.addingReportingOverflow(units)
      let sent = nodes[tail].excess.subtractingReportingOverflow(units)
      // Int64.min has no opposite, which the search needs.
      if received.overflow || sent.overflow || sent.partialValue == .min { throw .overflow }
      nodes[head].excess = received.partialValue
      nodes[tail].excess = sent.partialValue
    }
  }

  /// Reads the units on every arc and adds up their cost.
  func readFlow(into flow: UnsafeMutableBufferPointer<Int64>) throws(SolverError) -> Int64 {
    var total: Int64 = 0
    for index in 0..<arcCount {
      let forward = Int(slotOfArc[index])
      let units = arcs[Int(arcs[forward].twin)].residual
      if index < flow.count { flow[index] = units }
      let price = units.multipliedReportingOverflow(by: arcs[forward].cost)
      let sum = total.addingReportingOverflow(price.partialValue)
      if price.overflow || sum.overflow { throw .overflow }
      total = sum.partialValue
    }
    return total
  }
}
