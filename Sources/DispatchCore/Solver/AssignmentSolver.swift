/// Exact minimum-cost assignment of rows (riders) to columns (drivers) over a sparse list of candidates.
///
/// Every row gets at most one of its candidates or stays unassigned at its own price; every column serves at most one
/// row; the sum of all prices is the smallest possible. A value of this type is the memory of the solver: keep it and
/// call `solve` again and again; once it has seen the largest problem it allocates nothing.
///
/// Method: shortest augmenting paths on reduced costs (Tomizawa 1971; Edmonds and Karp 1972) behind the warm start of
/// Jonker and Volgenant (1987). `MinCostFlow` is the same method on a general network; here the residual graph is
/// implicit in the matching (a column leads only to the row it serves), which spares its arcs and, measured on cities
/// of 10,000 riders, four fifths of the time. The two share the queue, the kept memory and the errors.
///
/// Time grows with how far a newcomer must look for a free column: a city with a fifth more drivers than riders takes
/// milliseconds; one short of drivers everywhere at once takes some forty times as long.
///
/// Ties: equal input gives equal output, whatever the solver solved before. Rows are taken in ascending order and a
/// row's candidates in the order given, and only a strictly cheaper option displaces one found earlier, so which of
/// several optima comes out is a fixed function of the arrays.
package struct AssignmentSolver: ~Copyable, Sendable {
  /// The unassigned cost of a row that must be assigned.
  package static let mandatory = Int32.max

  /// Rows, columns and edges are limited to this many each.
  package static let limit = 1 << 26

  private var narrow = AssignmentSearch<Int32>()
  private var wide = AssignmentSearch<Int64>()
  private var lastWasWide = false

  /// An empty solver; memory comes with the first problem.
  package init() {}

  /// Finds a cheapest assignment.
  ///
  /// - Parameters:
  ///   - rows: how many rows there are.
  ///   - columns: how many columns there are.
  ///   - rowStart: `rows + 1` offsets; the candidates of row `r` are the edges `rowStart[r]..<rowStart[r + 1]`.
  ///   - edgeColumn: the column of each edge. A column may occur twice in a row; the cheaper edge counts.
  ///   - edgeCost: the cost of each edge, any `Int32`.
  ///   - unassignedCost: per row, the price of leaving it out, or `mandatory`. Empty: every row is mandatory.
  ///   - result: receives the column of each row, or -1.
  /// - Returns: the sum of the costs of the chosen edges and of the rows left out.
  /// - Throws: `malformed`, `tooLarge` or `overflow` for input that is no problem, `infeasible(at:)` with a mandatory
  ///   row that cannot be assigned together with the other mandatory rows. `result` is then unspecified.
  package mutating func solve(
    rows: Int,
    columns: Int,
    rowStart: [Int32],
    edgeColumn: [Int32],
    edgeCost: [Int32],
    unassignedCost: [Int32],
    into result: inout [Int32]
  ) throws(SolverError) -> Int64 {
    guard rows >= 0, columns >= 0 else { throw .malformed(.negativeCount) }
    guard rows <= Self.limit, columns <= Self.limit, edgeColumn.count <= Self.limit else { throw .tooLarge }
    guard rowStart.count == rows + 1, edgeCost.count == edgeColumn.count,
      unassignedCost.isEmpty || unassignedCost.count == rows
    else { throw .malformed(.lengthMismatch) }

    if result.count != rows {
      result.removeAll(keepingCapacity: true)
      result.append(contentsOf: repeatElement(-1, count: rows))
    }
    return try rowStart.withUnsafeBufferPointer { rowStart throws(SolverError) in
      try edgeColumn.withUnsafeBufferPointer { edgeColumn throws(SolverError) in
        try edgeCost.withUnsafeBufferPointer { edgeCost throws(SolverError) in
          try unassignedCost.withUnsafeBufferPointer { unassignedCost throws(SolverError) in
            try result.withUnsafeMutableBufferPointer { result throws(SolverError) in
              let problem = AssignmentProblem(
                rows: rows, columns: columns, rowStart: rowStart, edgeColumn: edgeColumn, edgeCost: edgeCost,
                unassignedCost: unassignedCost)
              return try solve(problem, into: result)
            }
          }
        }
      }
    }
  }

  private mutating func solve(
    _ problem: AssignmentProblem, into result: UnsafeMutableBufferPointer<Int32>
  ) throws(SolverError) -> Int64 {
    let leavingOut = try problem.validated()
    lastWasWide = leavingOut >= 1 << 28
    // Prices of columns, distances and their sums stay within five times the price of leaving out (see `validated`).
    if !lastWasWide {
      return try narrow.solve(problem, mandatoryCost: Int32(leavingOut), into: result)
    }
    return try wide.solve(problem, mandatoryCost: leavingOut, into: result)
  }

  /// The duals of the last solve: for each edge `rows[r] + columns[c]` is at most its cost, and equals it where the
  /// edge was chosen; a row's price is at most its unassigned cost, and equals it where the row was left out; a
  /// column's price is at most zero, and zero where the column stayed free. That proves the assignment optimal.
  ///
  /// A column's price, negated, is the most that a second driver at the same place could save.
  ///
  /// - Parameters:
  ///   - rows: receives as many row prices as it has elements, not more than there were rows.
  ///   - columns: receives as many column prices as it has elements, not more than there were columns.
  package mutating func copyPrices(rows: inout [Int64], columns: inout [Int64]) {
    if lastWasWide {
      wide.copyPrices(rows: &rows, columns: &columns)
    } else {
      narrow.copyPrices(rows: &rows, columns: &columns)
    }
  }
}
