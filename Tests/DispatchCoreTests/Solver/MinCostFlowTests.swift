import DispatchCore
import Testing

@Suite("Minimum-cost flow")
struct MinCostFlowTests {
  @Test("Finds the optimum of every committed network, and its prices prove it")
  func vectors() throws {
    let lines = try SolverVectors.read("flow")
    #expect(lines.count > 3000)
    var solver = MinCostFlow()
    var flow: [Int64] = []
    for line in lines {
      let problem = FlowInstance(line.kind, seed: line.seed)
      let total: Int64?
      do {
        total = try problem.solve(&solver, into: &flow)
      } catch {
        switch error {
        case .infeasible, .unbalanced: total = nil
        default: throw error
        }
      }
      try #require(total == line.optimum, "\(line)")
      guard let total else { continue }
      var price = [Int64](repeating: 0, count: problem.supply.count + 1)
      solver.copyPrices(into: &price)
      let found = doubts(problem, flow: flow, total: total, price: price)
      try #require(found.isEmpty, "\(line)")
    }
  }

  @Test("A warm solver answers like a fresh one")
  func deterministic() throws {
    var warm = MinCostFlow()
    var warmFlow: [Int64] = []
    for seed in 0..<60 as Range<UInt64> {
      let problem = FlowInstance(seed % 3 == 0 ? .medium : .small, seed: seed)
      var fresh = MinCostFlow()
      var flow: [Int64] = []
      let expected = try? problem.solve(&fresh, into: &flow)
      let total = try? problem.solve(&warm, into: &warmFlow)
      #expect(total == expected)
      if expected != nil { #expect(warmFlow == flow, "seed \(seed)") }
    }
  }

  @Test("Surplus zones feed short zones, dear moves stay undone")
  func rebalancing() throws {
    // Zone 0 has 5 cars too many; zones 1 and 2 lack 2 and 4; the trip to zone 2 costs more than a missed rider.
    var problem = FlowInstance(supply: [5, -2, -4], arcs: [(0, 1, 10, 300), (0, 2, 10, 1300), (1, 2, 1, 400)])
    problem.slack = .init(unusedSupplyCost: 0, unmetDemandCost: 900)
    var solver = MinCostFlow()
    var flow: [Int64] = []
    #expect(try problem.solve(&solver, into: &flow) == 3 * 300 + 400 + 3 * 900)
    #expect(flow == [3, 0, 1])
  }

  @Test("Cycles of negative cost are filled, loops and parallel arcs work")
  func negative() throws {
    var solver = MinCostFlow()
    var flow: [Int64] = []
    let cycle = FlowInstance(supply: [0, 0], arcs: [(0, 1, 4, -5), (1, 0, 3, 2), (1, 0, 9, 7), (1, 1, 6, -1)])
    #expect(try cycle.solve(&solver, into: &flow) == 3 * -3 - 6)
    #expect(flow == [3, 3, 0, 6])
  }

  @Test("Nothing to move is an answer")
  func empty() throws {
    var solver = MinCostFlow()
    var flow: [Int64] = [1]
    #expect(try FlowInstance(supply: [], arcs: []).solve(&solver, into: &flow) == 0)
    #expect(flow.isEmpty)
    var idle = FlowInstance(supply: [], arcs: [])
    idle.slack = .init(unusedSupplyCost: 1, unmetDemandCost: 1)
    #expect(try idle.solve(&solver, into: &flow) == 0)
    idle.supply = [3, -5, 0]
    #expect(try idle.solve(&solver, into: &flow) == 8)
  }

  @Test("What cannot be done, or not exactly, is refused by name")
  func refused() {
    func error(_ problem: FlowInstance) -> SolverError? {
      var solver = MinCostFlow()
      var flow: [Int64] = []
      do {
        _ = try problem.solve(&solver, into: &flow)
        return nil
      } catch {
        return error
      }
    }
    #expect(error(FlowInstance(supply: [0, 1, -1], arcs: [(1, 0, 1, 1)])) == .infeasible(at: 1))
    #expect(error(FlowInstance(supply: [2, -2], arcs: [(0, 1, 1, 1)])) == .infeasible(at: 0))
    #expect(error(FlowInstance(supply: [2, -1], arcs: [(0, 1, 2, 1)])) == .unbalanced)
    #expect(error(FlowInstance(supply: [1, -2], arcs: [(0, 1, 2, 1)])) == .unbalanced)
    #expect(error(FlowInstance(supply: [1, -1], arcs: [(0, 2, 2, 1)])) == .malformed(.indexOutOfRange))
    #expect(error(FlowInstance(supply: [1, -1], arcs: [(-1, 1, 2, 1)])) == .malformed(.indexOutOfRange))
    #expect(error(FlowInstance(supply: [1, -1], arcs: [(0, 1, -2, 1)])) == .malformed(.negativeCapacity))
    #expect(error(FlowInstance(supply: [.max, .min], arcs: [])) == .overflow)
    #expect(error(FlowInstance(supply: [.min, 0], arcs: [])) == .overflow)
    #expect(error(FlowInstance(supply: [0, 0], arcs: [(0, 1, .max, -1), (0, 1, .max, -1)])) == .overflow)
    #expect(error(FlowInstance(supply: [1 << 60, -(1 << 60)], arcs: [(0, 1, .max, .max)])) == .overflow)
    #expect(error(FlowInstance(supply: [1 << 60, -(1 << 60)], arcs: [(0, 1, .max, 1)])) == nil)
    #expect(error(FlowInstance(supply: [1, -1], arcs: [(0, 1, .max, .min), (0, 1, 5, .max)])) == nil)
    var ragged = FlowInstance(supply: [0, 0], arcs: [(0, 1, 1, 1)])
    ragged.head = []
    #expect(error(ragged) == .malformed(.lengthMismatch))
  }
}
