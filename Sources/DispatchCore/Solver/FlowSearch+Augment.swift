extension FlowSearch {
  /// Sends as much as fits along a shortest path from `source` to the nearest node with demand, and restores the duals.
  ///
  /// A node with demand only lowers the bound at which the search stops; nodes at the current distance skip the queue.
  mutating func augment(_ frame: Frame, from source: Int32) throws(SolverError) {
    let nodes = frame.nodes
    var goal: Int32 = -1
    var bound = Int64.max
    var touchedCount = 1
    var scannedCount = 0
    var readyCount = 0
    queue.removeAll()
    nodes[Int(source)].distance = 0
    frame.touched[0] = source

    var node = source
    var distance: Int64 = 0
    search: while true {
      frame.scanned[scannedCount] = node
      scannedCount &+= 1
      let base = distance &+ nodes[Int(node)].price
      for slot in Int(nodes[Int(node)].firstSlot)..<Int(nodes[Int(node) &+ 1].firstSlot) {
        let arc = frame.arcs[slot]
        if arc.residual == 0 { continue }
        let index = Int(arc.head)
        let reached = base &+ arc.cost &- nodes[index].price
        let known = nodes[index].distance
        if reached >= bound || reached >= known { continue }
        nodes[index].reachedBy = Int32(truncatingIfNeeded: slot)
        if nodes[index].excess < 0 {
          bound = reached
          goal = arc.head
          continue
        }
        nodes[index].distance = reached
        if known == .max {
          frame.touched[touchedCount] = arc.head
          touchedCount &+= 1
        }
        if reached == distance {
          frame.ready[readyCount] = arc.head
          readyCount &+= 1
        } else {
          queue.push(reached, arc.head)
        }
      }

      if readyCount > 0 {
        if bound <= distance { break search }
        readyCount &-= 1
        node = frame.ready[readyCount]
      } else {
        repeat {
          if queue.isEmpty || queue.nearest.distance >= bound { break search }
          distance = queue.nearest.distance
          node = queue.nearest.node
          queue.removeNearest()
        } while nodes[Int(node)].distance != distance
      }
    }

    if goal >= 0 {
      for index in 0..<scannedCount {
        let scanned = Int(frame.scanned[index])
        nodes[scanned].price &-= bound &- nodes[scanned].distance
      }
    }
    for index in 0..<touchedCount {
      nodes[Int(frame.touched[index])].distance = .max
    }
    if goal < 0 { throw .infeasible(at: Int(source)) }
    push(frame, from: source, to: goal)
  }

  /// Moves what the source has, the goal wants and every arc on the path between them can carry.
  private func push(_ frame: Frame, from source: Int32, to goal: Int32) {
    var units = min(frame.nodes[Int(source)].excess, 0 &- frame.nodes[Int(goal)].excess)
    var node = goal
    while node != source {
      let arc = frame.arcs[Int(frame.nodes[Int(node)].reachedBy)]
      units = min(units, arc.residual)
      node = frame.arcs[Int(arc.twin)].head
    }
    node = goal
    while node != source {
      let slot = Int(frame.nodes[Int(node)].reachedBy)
      let twin = Int(frame.arcs[slot].twin)
      frame.arcs[slot].residual &-= units
      frame.arcs[twin].residual &+= units
      node = frame.arcs[twin].head
    }
    frame.nodes[Int(source)].excess &-= units
    frame.nodes[Int(goal)].excess &+= units
  }
}
