/// The arrays of an assignment problem, borrowed for the duration of one call.
struct AssignmentProblem {
  let rows: Int
  let columns: Int
  let rowStart: UnsafeBufferPointer<Int32>
  let edgeColumn: UnsafeBufferPointer<Int32>
  let edgeCost: UnsafeBufferPointer<Int32>
  let unassignedCost: UnsafeBufferPointer<Int32>

  /// Checks every offset and index once, so that the search may go without.
  ///
  /// - Returns: what leaving out a mandatory row costs inside the solver: more than any answer that keeps all of
  ///   them can cost in addition, so a mandatory row is left out only if there is no other way. It also bounds, up
  ///   to a factor of five, every magnitude in the search: a column's price never falls so far that its row would
  ///   rather be left out, and a path is never longer than leaving its first row out.
  func validated() throws(SolverError) -> Int64 {
    var previous: Int32 = 0
    guard rowStart[0] == 0, Int(rowStart[rows]) == edgeColumn.count else { throw .malformed(.rowOffsets) }
    for offset in rowStart {
      if offset < previous { throw .malformed(.rowOffsets) }
      previous = offset
    }
    let columnCount = UInt32(columns)
    var highest: UInt32 = 0
    for column in edgeColumn {
      highest = max(highest, UInt32(bitPattern: column))
    }
    if !edgeColumn.isEmpty && highest >= columnCount { throw .malformed(.indexOutOfRange) }

    var low = Int32.max
    var high = Int32.min
    for cost in edgeCost {
      low = min(low, cost)
      high = max(high, cost)
    }
    var hasMandatory = unassignedCost.isEmpty
    for cost in unassignedCost {
      if cost == AssignmentSolver.mandatory {
        hasMandatory = true
      } else {
        low = min(low, cost)
        high = max(high, cost)
      }
    }
    if low > high { return 1 }
    let largest = max(Int64(low).magnitude, Int64(high).magnitude)
    // At most 2^31 + 2^26 * 2^32: far from overflow.
    let spread = Int64(high) - Int64(low)
    return Int64(largest) + spread + 1 + (hasMandatory ? Int64(rows) * spread : 0)
  }
}
