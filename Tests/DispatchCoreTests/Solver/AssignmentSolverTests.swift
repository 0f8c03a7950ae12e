import DispatchCore
import Testing

@Suite("Assignment solver")
struct AssignmentSolverTests {
  @Test("Finds the optimum of every committed instance, and its prices prove it")
  func vectors() throws {
    let lines = try SolverVectors.read("assignment")
    #expect(lines.count > 3000)
    var solver = AssignmentSolver()
    var result: [Int32] = []
    for line in lines {
      let problem = AssignmentInstance(line.kind, seed: line.seed)
      let total: Int64?
      do {
        total = try problem.solve(&solver, into: &result)
      } catch SolverError.infeasible {
        total = nil
      }
      try #require(total == line.optimum, "\(line)")
      guard let total else { continue }
      var rowPrice = [Int64](repeating: 0, count: problem.rows)
      var columnPrice = [Int64](repeating: 0, count: problem.columns)
      solver.copyPrices(rows: &rowPrice, columns: &columnPrice)
      let found = doubts(problem, result: result, total: total, rowPrice: rowPrice, columnPrice: columnPrice)
      try #require(found.isEmpty, "\(line)")
    }
  }

  @Test("Agrees with the general flow on the same problem")
  func agreesWithFlow() throws {
    var solver = AssignmentSolver()
    var flowSolver = MinCostFlow()
    var result: [Int32] = []
    var flow: [Int64] = []
    for seed in 1_000_000..<1_000_040 as Range<UInt64> {
      let problem = AssignmentInstance(.medium, seed: seed)
      let one = try? problem.solve(&solver, into: &result)
      let other = try? FlowInstance(problem).solve(&flowSolver, into: &flow)
      #expect(one == other, "seed \(seed)")
    }
  }

  @Test("A warm solver answers like a fresh one, ties included")
  func deterministic() throws {
    var warm = AssignmentSolver()
    var warmResult: [Int32] = []
    for seed in 0..<60 as Range<UInt64> {
      // Spans of 1 and 3 among the seeds: nearly every edge ties.
      let problem = AssignmentInstance(seed % 3 == 0 ? .medium : .small, seed: seed)
      var fresh = AssignmentSolver()
      var result: [Int32] = []
      let expected = try? problem.solve(&fresh, into: &result)
      let total = try? problem.solve(&warm, into: &warmResult)
      #expect(total == expected)
      if expected != nil { #expect(warmResult == result, "seed \(seed)") }
    }
  }

  @Test("The first candidate wins a tie between free columns")
  func tieRule() throws {
    let problem = AssignmentInstance(
      rows: 2, columns: 4, edges: [[(3, 5), (1, 5), (2, 5)], [(2, 7), (0, 7)]], unassignedCost: [9, 9])
    var solver = AssignmentSolver()
    var result: [Int32] = []
    #expect(try problem.solve(&solver, into: &result) == 12)
    #expect(result == [3, 2])
  }

  @Test("Rows are left out exactly when that is cheaper")
  func leftOut() throws {
    var solver = AssignmentSolver()
    var result: [Int32] = []
    let contested = AssignmentInstance(rows: 2, columns: 1, edges: [[(0, 10)], [(0, 12)]], unassignedCost: [40, 50])
    #expect(try contested.solve(&solver, into: &result) == 52)
    #expect(result == [-1, 0])
    let dear = AssignmentInstance(rows: 1, columns: 1, edges: [[(0, 10)]], unassignedCost: [3])
    #expect(try dear.solve(&solver, into: &result) == 3)
    #expect(result == [-1])
    let mandatory = AssignmentInstance(
      rows: 2, columns: 1, edges: [[(0, 1000)], [(0, 1)]], unassignedCost: [AssignmentSolver.mandatory, 5])
    #expect(try mandatory.solve(&solver, into: &result) == 1005)
    #expect(result == [0, -1])
  }

  @Test("Nothing to assign is an answer")
  func empty() throws {
    var solver = AssignmentSolver()
    var result: [Int32] = [7, 7, 7]
    #expect(try AssignmentInstance(rows: 0, columns: 0, edges: []).solve(&solver, into: &result) == 0)
    #expect(result.isEmpty)
    #expect(try AssignmentInstance(rows: 0, columns: 9, edges: []).solve(&solver, into: &result) == 0)
    let lonely = AssignmentInstance(rows: 3, columns: 0, edges: [[], [], []], unassignedCost: [1, -2, 0])
    #expect(try lonely.solve(&solver, into: &result) == -1)
    #expect(result == [-1, -1, -1])
  }

  @Test("A mandatory row without a way is named, and the solver stays usable")
  func infeasible() throws {
    var solver = AssignmentSolver()
    var result: [Int32] = []
    let lonely = AssignmentInstance(rows: 2, columns: 2, edges: [[(0, 1)], []])
    #expect(throws: SolverError.infeasible(at: 1)) { try lonely.solve(&solver, into: &result) }
    let crowded = AssignmentInstance(
      rows: 3, columns: 2, edges: [[(0, 1), (1, 2)], [(0, 1), (1, 1)], [(0, 3), (1, 3)]])
    #expect(throws: SolverError.self) { try crowded.solve(&solver, into: &result) }
    let possible = AssignmentInstance(rows: 2, columns: 2, edges: [[(0, 1), (1, 2)], [(0, 1)]])
    #expect(try possible.solve(&solver, into: &result) == 3)
    #expect(result == [1, 0])
  }

  @Test("A mandatory row gets its column however many others must move for it")
  func mandatoryChain() throws {
    // Row i prefers column i and can move to i + 1 for 1,000; the last row has nothing but column 0.
    let length = 200
    let chain = AssignmentInstance(
      rows: length + 1, columns: length + 1,
      edges: (0..<Int32(length)).map { [($0, 0), ($0 + 1, 1000)] } + [[(0, 7)]])
    var solver = AssignmentSolver()
    var result: [Int32] = []
    #expect(try chain.solve(&solver, into: &result) == Int64(length) * 1000 + 7)
    #expect(result == (1...Int32(length)).map { $0 } + [0])
  }

  @Test("The widest costs neither trap nor lose exactness")
  func extremes() throws {
    var solver = AssignmentSolver()
    var result: [Int32] = []
    let widest = AssignmentInstance(
      rows: 3, columns: 3,
      edges: [[(0, .min), (1, .max)], [(0, .min), (1, .max), (2, .max)], [(0, .max), (2, .min)]])
    #expect(try widest.solve(&solver, into: &result) == Int64(Int32.min) * 2 + Int64(Int32.max))
    let repeated = AssignmentInstance(
      rows: 2, columns: 2, edges: [[(0, 9), (0, 2), (0, 5)], [(0, 4), (0, 4), (1, .max - 1)]],
      unassignedCost: [.max - 1, .max - 1])
    #expect(try repeated.solve(&solver, into: &result) == 2 + Int64(Int32.max) - 1)
  }

  @Test("Arrays that describe no problem are refused")
  func malformed() {
    func error(
      rows: Int = 1, columns: Int = 2, start: [Int32] = [0, 2], column: [Int32] = [0, 1], cost: [Int32] = [1, 1],
      price: [Int32] = []
    ) -> SolverError? {
      var solver = AssignmentSolver()
      var result: [Int32] = []
      do {
        _ = try solver.solve(
          rows: rows, columns: columns, rowStart: start, edgeColumn: column, edgeCost: cost, unassignedCost: price,
          into: &result)
        return nil
      } catch {
        return error
      }
    }
    #expect(error() == nil)
    #expect(error(rows: -1) == .malformed(.negativeCount))
    #expect(error(columns: .min) == .malformed(.negativeCount))
    #expect(error(rows: .max) == .tooLarge)
    #expect(error(columns: .max) == .tooLarge)
    #expect(error(rows: 2) == .malformed(.lengthMismatch))
    #expect(error(start: []) == .malformed(.lengthMismatch))
    #expect(error(cost: [1]) == .malformed(.lengthMismatch))
    #expect(error(price: [1, 2]) == .malformed(.lengthMismatch))
    #expect(error(start: [1, 2]) == .malformed(.rowOffsets))
    #expect(error(start: [0, 1]) == .malformed(.rowOffsets))
    #expect(error(start: [0, 3]) == .malformed(.rowOffsets))
    #expect(error(rows: 2, start: [0, 3, 2]) == .malformed(.rowOffsets))
    #expect(error(rows: 2, start: [0, -1, 2]) == .malformed(.rowOffsets))
    #expect(error(column: [0, 2]) == .malformed(.indexOutOfRange))
    #expect(error(column: [0, -1]) == .malformed(.indexOutOfRange))
  }
}

extension FlowInstance {
  /// The assignment as a flow: rows send a unit to a sink, through a column or past it.
  init(_ problem: AssignmentInstance) {
    let sink = Int32(problem.rows + problem.columns)
    var arcs: [(tail: Int32, head: Int32, capacity: Int64, cost: Int32)] = []
    for row in 0..<problem.rows {
      for edge in Int(problem.rowStart[row])..<Int(problem.rowStart[row + 1]) {
        arcs.append((Int32(row), Int32(problem.rows) + problem.edgeColumn[edge], 1, problem.edgeCost[edge]))
      }
      if problem.unassignedCost[row] != AssignmentSolver.mandatory {
        arcs.append((Int32(row), sink, 1, problem.unassignedCost[row]))
      }
    }
    for column in 0..<problem.columns { arcs.append((Int32(problem.rows + column), sink, 1, 0)) }
    let idle = [Int64](repeating: 0, count: problem.columns)
    self.init(supply: [Int64](repeating: 1, count: problem.rows) + idle + [-Int64(problem.rows)], arcs: arcs)
  }
}
