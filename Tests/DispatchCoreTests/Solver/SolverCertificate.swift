import DispatchCore

/// Reasons to doubt an answer; empty when its duals prove it optimal.
///
/// Independent of the search: it looks at the problem, the answer and the prices only.
func doubts(
  _ problem: AssignmentInstance, result: [Int32], total: Int64, rowPrice: [Int64], columnPrice: [Int64]
) -> [String] {
  var doubts: [String] = []
  var sum: Int64 = 0
  var servedBy = [Int](repeating: -1, count: problem.columns)
  for row in 0..<problem.rows {
    let isMandatory = problem.unassignedCost.isEmpty || problem.unassignedCost[row] == AssignmentSolver.mandatory
    var chosen: Int64?
    for edge in Int(problem.rowStart[row])..<Int(problem.rowStart[row + 1]) {
      let column = Int(problem.edgeColumn[edge])
      let cost = Int64(problem.edgeCost[edge])
      if rowPrice[row] + columnPrice[column] > cost { doubts.append("row \(row) could pay less at column \(column)") }
      if column == Int(result[row]) { chosen = min(chosen ?? cost, cost) }
    }
    if !isMandatory, rowPrice[row] > Int64(problem.unassignedCost[row]) { doubts.append("row \(row) overpays") }
    if result[row] < 0 {
      if isMandatory { doubts.append("mandatory row \(row) left out") }
      if rowPrice[row] != Int64(problem.unassignedCost[row]) { doubts.append("row \(row) left out without reason") }
      sum += Int64(problem.unassignedCost[row])
    } else if let chosen {
      let column = Int(result[row])
      if servedBy[column] >= 0 { doubts.append("column \(column) serves two rows") }
      servedBy[column] = row
      if rowPrice[row] + columnPrice[column] != chosen { doubts.append("row \(row) is not tight") }
      sum += chosen
    } else {
      doubts.append("row \(row) got a column that is no candidate")
    }
  }
  for column in 0..<problem.columns {
    if columnPrice[column] > 0 { doubts.append("column \(column) has a positive price") }
    if servedBy[column] < 0, columnPrice[column] != 0 { doubts.append("free column \(column) has a price") }
  }
  if sum != total { doubts.append("total \(total) is not the sum \(sum)") }
  return doubts
}

/// Reasons to doubt a flow; empty when the prices prove it optimal. `price` has an element more for the slack node.
func doubts(_ problem: FlowInstance, flow: [Int64], total: Int64, price: [Int64]) -> [String] {
  var doubts: [String] = []
  var sum: Int64 = 0
  var left = problem.supply
  for arc in flow.indices {
    let (tail, head) = (Int(problem.tail[arc]), Int(problem.head[arc]))
    let units = flow[arc]
    if units < 0 || units > problem.capacity[arc] { doubts.append("arc \(arc) carries \(units)") }
    left[tail] -= units
    left[head] += units
    sum += units * Int64(problem.cost[arc])
    let reduced = Int64(problem.cost[arc]) + price[tail] - price[head]
    if reduced < 0 && units < problem.capacity[arc] { doubts.append("arc \(arc) should carry more") }
    if reduced > 0 && units > 0 { doubts.append("arc \(arc) should carry less") }
  }
  for node in left.indices where left[node] != 0 || problem.supply[node] != 0 {
    let supply = problem.supply[node]
    let slackPrice = price[left.count]
    let rest = left[node]
    if supply > 0, let cost = problem.slack.unusedSupplyCost {
      if rest < 0 || rest > supply { doubts.append("node \(node) keeps \(rest)") }
      let reduced = Int64(cost) + price[node] - slackPrice
      if (reduced < 0 && rest < supply) || (reduced > 0 && rest > 0) { doubts.append("node \(node) keeps too much") }
      sum += rest * Int64(cost)
    } else if supply < 0, let cost = problem.slack.unmetDemandCost {
      if rest > 0 || rest < supply { doubts.append("node \(node) lacks \(-rest)") }
      let reduced = Int64(cost) + slackPrice - price[node]
      if (reduced < 0 && rest > supply) || (reduced > 0 && rest < 0) { doubts.append("node \(node) lacks too much") }
      sum += -rest * Int64(cost)
    } else if rest != 0 {
      doubts.append("node \(node) has \(rest) left")
    }
  }
  if sum != total { doubts.append("total \(total) is not the sum \(sum)") }
  return doubts
}
