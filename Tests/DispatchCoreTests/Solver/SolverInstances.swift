import DispatchCore

/// The random instances of `Vectors/generate.py`, drawn in the same order from the same generator.
struct SolverRandom {
  var state: UInt64

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int {
    Int(next() % UInt64(bound))
  }

  mutating func anyInt32() -> Int32 {
    Int32(truncatingIfNeeded: Int64(next() & 0xFFFF_FFFF) - (1 << 31))
  }
}

enum InstanceKind: String {
  case small, medium, extreme
}

struct AssignmentInstance {
  var rows = 0
  var columns = 0
  var rowStart: [Int32] = [0]
  var edgeColumn: [Int32] = []
  var edgeCost: [Int32] = []
  var unassignedCost: [Int32] = []

  init(rows: Int, columns: Int, edges: [[(column: Int32, cost: Int32)]], unassignedCost: [Int32] = []) {
    self.rows = rows
    self.columns = columns
    self.unassignedCost = unassignedCost
    for row in edges {
      edgeColumn += row.map(\.column)
      edgeCost += row.map(\.cost)
      rowStart.append(Int32(edgeColumn.count))
    }
  }

  init(_ kind: InstanceKind, seed: UInt64) {
    var random = SolverRandom(state: seed)
    let degreeLimit: Int
    if kind == .medium {
      rows = 100 + random.below(150)
      columns = 100 + random.below(200)
      degreeLimit = 4 + random.below(12)
    } else {
      rows = random.below(13)
      columns = random.below(13)
      degreeLimit = 1 + random.below(6)
    }
    let span = [1, 3, 10, 100, 1000, 1_000_000][random.below(6)]
    let shift = random.below(4) == 0 ? span / 2 : 0
    let mode = random.below(4)
    let constant = Int32(random.below(2 * span + 1))
    func price(_ random: inout SolverRandom) -> Int32 {
      kind == .extreme ? min(random.anyInt32(), AssignmentSolver.mandatory - 1) : Int32(random.below(2 * span + 1))
    }
    for _ in 0..<rows {
      let degree = kind == .medium ? degreeLimit : random.below(degreeLimit + 1)
      for _ in 0..<(columns > 0 ? degree : 0) {
        edgeColumn.append(Int32(random.below(columns)))
        edgeCost.append(kind == .extreme ? random.anyInt32() : Int32(random.below(span + 1) - shift))
      }
      rowStart.append(Int32(edgeColumn.count))
      switch mode {
      case 0: unassignedCost.append(AssignmentSolver.mandatory)
      case 1: unassignedCost.append(constant)
      case 2: unassignedCost.append(price(&random))
      default: unassignedCost.append(random.below(4) == 0 ? AssignmentSolver.mandatory : price(&random))
      }
    }
  }

  func solve(_ solver: inout AssignmentSolver, into result: inout [Int32]) throws(SolverError) -> Int64 {
    try solver.solve(
      rows: rows, columns: columns, rowStart: rowStart, edgeColumn: edgeColumn, edgeCost: edgeCost,
      unassignedCost: unassignedCost, into: &result)
  }
}

struct FlowInstance {
  var supply: [Int64]
  var tail: [Int32] = []
  var head: [Int32] = []
  var capacity: [Int64] = []
  var cost: [Int32] = []
  var slack = MinCostFlow.Slack.none

  init(supply: [Int64], arcs: [(tail: Int32, head: Int32, capacity: Int64, cost: Int32)]) {
    self.supply = supply
    tail = arcs.map(\.tail)
    head = arcs.map(\.head)
    capacity = arcs.map(\.capacity)
    cost = arcs.map(\.cost)
  }

  init(_ kind: InstanceKind, seed: UInt64) {
    var random = SolverRandom(state: seed)
    let nodes: Int
    let arcCount: Int
    if kind == .medium {
      nodes = 30 + random.below(40)
      arcCount = 4 * nodes + random.below(4 * nodes)
    } else {
      nodes = 1 + random.below(10)
      arcCount = random.below(3 * nodes + 1)
    }
    let units = [1, 5, 50, 1000][random.below(4)]
    let span = [1, 10, 1000, 100_000][random.below(4)]
    let shift = random.below(3) == 0 ? span / 4 : 0
    let mode = random.below(4)
    slack.unusedSupplyCost = Int32(random.below(2 * span + 1))
    slack.unmetDemandCost = Int32(random.below(10 * span + 1))
    supply = [Int64](repeating: 0, count: nodes)
    if mode < 2 {
      for _ in 0..<random.below(nodes + 1) {
        let (from, to, moved) = (random.below(nodes), random.below(nodes), Int64(1 + random.below(units)))
        supply[from] += moved
        supply[to] -= moved
      }
      if mode == 0 { slack = .none }
    } else {
      for node in 0..<nodes { supply[node] = Int64(random.below(2 * units + 1) - units) }
      if mode == 3 {
        if random.below(2) == 0 { slack.unusedSupplyCost = nil }
        if random.below(2) == 0 { slack.unmetDemandCost = nil }
      }
    }
    for _ in 0..<arcCount {
      tail.append(Int32(random.below(nodes)))
      head.append(Int32(random.below(nodes)))
      capacity.append(Int64(random.below(units + 1)))
      cost.append(Int32(random.below(span + 1) - shift))
    }
  }

  func solve(_ solver: inout MinCostFlow, into flow: inout [Int64]) throws(SolverError) -> Int64 {
    try solver.solve(
      supply: supply, arcTail: tail, arcHead: head, arcCapacity: capacity, arcCost: cost, slack: slack, into: &flow)
  }
}
