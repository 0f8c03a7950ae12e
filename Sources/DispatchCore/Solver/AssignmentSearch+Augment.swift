extension AssignmentSearch {
  /// Where the cheapest path known so far ends: at a free column, or by leaving out a row.
  private struct Goal {
    var distance = Distance.max
    /// The row left out when `column` is -1.
    var row: Int32
    var column: Int32 = -1
  }

  /// Assigns one more row along a shortest path of reduced costs and restores the duals.
  ///
  /// Only columns already serving a row enter the frontier; a free column or an unassigned option only lowers the
  /// bound at which the search stops. Columns at the current distance skip the queue.
  mutating func augment(_ frame: Frame, from source: Int32) throws(SolverError) {
    let columns = frame.columns
    // The source pays nothing yet; the length of its path becomes its price.
    frame.rows[Int(source)].price = 0
    var goal = Goal(row: source)
    var touchedCount = 0
    var scannedCount = 0
    var readyCount = 0
    queue.removeAll()

    var row = Int(source)
    var distance = Distance.min
    var base: Distance = 0
    search: while true {
      let leaving = base &+ frame.rows[row].outside
      if leaving < goal.distance {
        goal = Goal(distance: leaving, row: Int32(truncatingIfNeeded: row))
      }
      for edge in frame.edges(of: row) {
        let column = frame.problem.edgeColumn[edge]
        let index = Int(column)
        let reached = base &+ Distance(truncatingIfNeeded: frame.problem.edgeCost[edge]) &- columns[index].price
        if reached >= goal.distance { continue }
        let known = columns[index].distance
        if reached >= known { continue }
        columns[index].reachedFrom = Int32(truncatingIfNeeded: row)
        if columns[index].row < 0 {
          goal = Goal(distance: reached, row: -1, column: column)
          continue
        }
        columns[index].distance = reached
        if known == .max {
          frame.touched[touchedCount] = column
          touchedCount &+= 1
        }
        if reached == distance {
          frame.ready[readyCount] = column
          readyCount &+= 1
        } else {
          queue.push(reached, column)
        }
      }

      var next: Int32
      if readyCount > 0 {
        if goal.distance <= distance { break search }
        readyCount &-= 1
        next = frame.ready[readyCount]
      } else {
        repeat {
          if queue.isEmpty || queue.nearest.distance >= goal.distance { break search }
          distance = queue.nearest.distance
          next = queue.nearest.node
          queue.removeNearest()
        } while columns[Int(next)].distance != distance
      }
      frame.scanned[scannedCount] = next
      scannedCount &+= 1
      row = Int(columns[Int(next)].row)
      base = distance &- frame.rows[row].price
    }

    for index in 0..<scannedCount {
      let column = Int(frame.scanned[index])
      let gain = goal.distance &- columns[column].distance
      columns[column].price &-= gain
      frame.rows[Int(columns[column].row)].price &+= gain
    }
    frame.rows[Int(source)].price = goal.distance
    for index in 0..<touchedCount {
      columns[Int(frame.touched[index])].distance = .max
    }
    try flip(frame, from: source, to: goal)
  }

  /// Moves every row on the path to its next column.
  private func flip(_ frame: Frame, from source: Int32, to goal: Goal) throws(SolverError) {
    var column = goal.column
    if column < 0 {
      if frame.rows[Int(goal.row)].outside == frame.mandatoryCost { throw .infeasible(at: Int(goal.row)) }
      column = frame.rows[Int(goal.row)].column
      frame.rows[Int(goal.row)].column = -1
      if goal.row == source { return }
    }
    while true {
      let row = frame.columns[Int(column)].reachedFrom
      let previous = frame.rows[Int(row)].column
      frame.rows[Int(row)].column = column
      frame.columns[Int(column)].row = row
      if row == source { return }
      column = previous
    }
  }
}
