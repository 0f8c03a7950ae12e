/// The search behind `AssignmentSolver`, in distances wide enough for the problem at hand.
///
/// Duals: `rows[r].price + columns[c].price <= cost(r, c)` for every edge, with equality on the chosen ones;
/// `rows[r].price <= unassigned cost`, with equality where the row is left out; a column's price is never positive and
/// is zero while the column is free. Together they prove that the assignment is optimal.
struct AssignmentSearch<Distance: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  struct Row: BitwiseCopyable {
    /// What the row pays in the dual.
    var price: Distance
    /// What leaving the row out costs.
    var outside: Distance
    /// The chosen column, or -1.
    var column: Int32
  }

  struct Column: BitwiseCopyable {
    /// Zero or less; negated, the most that a second column like this one could save.
    var price: Distance
    /// Tentative distance from the row being assigned; `max` when the search has not seen the column.
    var distance: Distance
    /// The row served, or -1.
    var row: Int32
    /// The row from which the search reached this column.
    var reachedFrom: Int32
  }

  /// One call: the problem and the memory reserved for it.
  struct Frame {
    let problem: AssignmentProblem
    let mandatoryCost: Distance
    let rows: UnsafeMutablePointer<Row>
    let columns: UnsafeMutablePointer<Column>
    let waiting: UnsafeMutablePointer<Int32>
    let touched: UnsafeMutablePointer<Int32>
    let scanned: UnsafeMutablePointer<Int32>
    let ready: UnsafeMutablePointer<Int32>

    @inline(__always)
    func edges(of row: Int) -> Range<Int> {
      Range(uncheckedBounds: (Int(problem.rowStart[row]), Int(problem.rowStart[row &+ 1])))
    }
  }

  private var rowBuffer = ScratchBuffer<Row>()
  private var columnBuffer = ScratchBuffer<Column>()
  private var waitingBuffer = ScratchBuffer<Int32>()
  private var touchedBuffer = ScratchBuffer<Int32>()
  private var scannedBuffer = ScratchBuffer<Int32>()
  private var readyBuffer = ScratchBuffer<Int32>()
  var queue = PathQueue<Distance>()

  init() {}

  /// Solves a validated problem whose magnitudes, five times `mandatoryCost`, fit `Distance`.
  mutating func solve(
    _ problem: AssignmentProblem, mandatoryCost: Distance, into result: UnsafeMutableBufferPointer<Int32>
  ) throws(SolverError) -> Int64 {
    let frame = Frame(
      problem: problem, mandatoryCost: mandatoryCost,
      rows: rowBuffer.reserve(problem.rows), columns: columnBuffer.reserve(problem.columns),
      waiting: waitingBuffer.reserve(problem.rows), touched: touchedBuffer.reserve(problem.columns),
      scanned: scannedBuffer.reserve(problem.columns), ready: readyBuffer.reserve(problem.columns))
    start(frame)

    // Bidding is cheap and settles most rows; two rounds of at most four bids per row did best on random cities.
    // What still waits then is assigned by the search, whose work does not depend on the size of the costs.
    var waitingCount = problem.rows
    var budget = problem.rows &* 4
    for _ in 0..<2 where waitingCount > 0 {
      waitingCount = Self.bid(frame, waitingCount, &budget)
    }
    for index in 0..<waitingCount {
      try augment(frame, from: frame.waiting[index])
    }

    var total: Int64 = 0
    for index in 0..<problem.rows {
      let row = frame.rows[index]
      result[index] = row.column
      // Tight edges: the cost of the chosen edge is the sum of the two prices.
      total &+= Int64(row.price) &+ (row.column < 0 ? 0 : Int64(frame.columns[Int(row.column)].price))
    }
    return total
  }

  /// Copies the duals of the last solve, the certificate of its optimality.
  mutating func copyPrices(rows: inout [Int64], columns: inout [Int64]) {
    let rowStates = rowBuffer.reserve(rows.count)
    let columnStates = columnBuffer.reserve(columns.count)
    for index in rows.indices { rows[index] = Int64(rowStates[index].price) }
    for index in columns.indices { columns[index] = Int64(columnStates[index].price) }
  }

  private func start(_ frame: Frame) {
    frame.columns.update(
      repeating: Column(price: 0, distance: .max, row: -1, reachedFrom: -1), count: frame.problem.columns)
    let allMandatory = frame.problem.unassignedCost.isEmpty
    for index in 0..<frame.problem.rows {
      var outside = frame.mandatoryCost
      if !allMandatory, frame.problem.unassignedCost[index] != AssignmentSolver.mandatory {
        outside = Distance(truncatingIfNeeded: frame.problem.unassignedCost[index])
      }
      frame.rows[index] = Row(price: 0, outside: outside, column: -1)
      frame.waiting[index] = Int32(truncatingIfNeeded: index)
    }
  }
}
