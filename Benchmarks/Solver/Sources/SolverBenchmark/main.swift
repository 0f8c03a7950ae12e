import DispatchSolver
import Glibc
import MallocCounter

// Solves random cities, prints the median of the milliseconds per warm solve and, given a folder, leaves the instances
// and the results there for reference.py to solve the very same.

let folder = CommandLine.arguments.dropFirst().first
let runs = 21
var lines: [String] = []

func write(_ text: String, to name: String) {
  guard let folder, let file = fopen("\(folder)/\(name)", "w") else { return }
  fputs(text, file)
  fclose(file)
}

/// `name cost milliseconds allocations`, the last for all runs together.
func measure(_ name: String, _ solve: () throws -> Int64) rethrows -> String {
  let clock = ContinuousClock()
  var total = try solve()
  var milliseconds: [Double] = []
  milliseconds.reserveCapacity(runs)
  let before = malloc_counter_read()
  for _ in 0..<runs {
    let start = clock.now
    total = try solve()
    milliseconds.append((clock.now - start) / .milliseconds(1))
  }
  let allocations = malloc_counter_read() - before
  milliseconds.sort()
  return "\(name) \(total) \(milliseconds[runs / 2]) \(allocations)"
}

let cities = [
  CityInstance(riders: 10_000, drivers: 12_000, candidates: 20, layout: .uniform, unassignedSeconds: 600, seed: 1),
  CityInstance(riders: 10_000, drivers: 12_000, candidates: 20, layout: .hotspots, unassignedSeconds: 600, seed: 2),
  CityInstance(riders: 12_000, drivers: 12_000, candidates: 20, layout: .uniform, unassignedSeconds: 600, seed: 3),
  CityInstance(riders: 13_000, drivers: 12_000, candidates: 20, layout: .uniform, unassignedSeconds: 600, seed: 3),
]
var assignment = AssignmentSolver()
for city in cities {
  var result: [Int32] = []
  let price = [Int32](repeating: city.unassignedSeconds, count: city.riders)
  lines.append(
    try measure(city.name) {
      try assignment.solve(
        rows: city.riders, columns: city.drivers, rowStart: city.rowStart, edgeColumn: city.edgeColumn,
        edgeCost: city.edgeCost, unassignedCost: price, into: &result)
    })
  write(city.text, to: "\(city.name).assignment")
}

let zones = ZonesInstance(zones: 1000, links: 30, seed: 4)
var flowSolver = MinCostFlow()
var flow: [Int64] = []
lines.append(
  try measure(zones.name) {
    try flowSolver.solve(
      supply: zones.supply, arcTail: zones.tail, arcHead: zones.head, arcCapacity: zones.capacity,
      arcCost: zones.cost, into: &flow)
  })
write(zones.text, to: "\(zones.name).flow")

for line in lines { print(line) }
write(lines.joined(separator: "\n") + "\n", to: "results.txt")
