/// Why a solver refused its input or found no answer.
package enum SolverError: Error, Equatable, Sendable {
  /// The arrays do not describe a problem: a count disagrees, a row offset decreases, or an index is out of range.
  case malformed(Defect)
  /// More rows, columns, nodes or arcs than the solver indexes.
  case tooLarge
  /// Costs, supplies or capacities are so large that an exact answer could leave the range of 64-bit integers.
  case overflow
  /// Supplies and demands do not cancel and no slack was allowed.
  case unbalanced
  /// No answer satisfies the constraints; `at` is a row that cannot be assigned or a node whose supply cannot leave.
  case infeasible(at: Int)

  /// What is wrong with the arrays.
  package enum Defect: Equatable, Sendable {
    /// A count is negative.
    case negativeCount
    /// Two arrays that go together have different lengths.
    case lengthMismatch
    /// Row offsets do not start at zero, decrease, or do not end at the number of edges.
    case rowOffsets
    /// An edge or arc names a column or node that does not exist.
    case indexOutOfRange
    /// An arc has a negative capacity.
    case negativeCapacity
  }
}
