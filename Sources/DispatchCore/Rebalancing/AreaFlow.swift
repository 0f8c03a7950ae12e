#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Decides how many drivers each area of a city sends to another: a minimum-cost flow through space and time.
///
/// A node is an area at one of the next steps. A driver waits there until the next step, drives to another area, or serves one of
/// the requests forecast. Waiting is worth what it saves riders: the way to the nearest of n drivers spread over an area A is
/// about ½·√(A/n), so the n-th of them shortens it by about ¼·√A·n^(-3/2). So a driver is brought back over a long way only if
/// somebody will be missed by the time of the arrival, and from wherever it costs least. Only the first step is carried
/// out; the next plan knows more.
///
/// Flow in networks of vehicles: Pavone, Smith, Frazzoli, Rus, "Robotic load balancing for mobility-on-demand systems" (2012). The
/// way to the nearest of n: Larson and Odoni, "Urban Operations Research" (1981), section 3.4.
struct AreaFlow: ~Copyable {
  /// An area with what is forecast for each step.
  struct Area: Sendable {
    /// Where it lies on the plane, in metres.
    var place: FlatEarth.Point
    /// The area that its demand would fill evenly, in square metres.
    var spreadSquareMeters: Double
    /// Drivers who are free.
    var idle = 0
    /// Drivers who come free or arrive.
    var arriving: [Double]
    var requests: [Double]
    /// Drivers who will end rides there that have not begun.
    var dropoffs: [Double]
  }

  /// So many drivers from one area to another.
  struct Transfer: Equatable, Sendable {
    var from: Int
    var to: Int
    var drivers: Int
  }

  /// Flow is counted in parts of a driver, because forecasts are fractions.
  private static let unit = 4.0
  private static let large = Int64(1) << 40
  /// The worths of a waiting driver for a step that are told apart, in seconds of riders' waits.
  private static let worths: [Double] = [
    1_500, 700, 350, 180, 90, 45, 22, 10, 5, 2,
  ]

  private var solver = MinCostFlow()
  private var network = Network()

  /// The arrays of the solver, kept from plan to plan.
  private struct Network {
    var supply: [Int64] = []
    var tail: [Int32] = []
    var head: [Int32] = []
    var capacity: [Int64] = []
    var cost: [Int32] = []
    var flow: [Int64] = []

    mutating func clear(nodes: Int) {
      supply.removeAll(keepingCapacity: true)
      supply.append(contentsOf: repeatElement(0, count: nodes))
      tail.removeAll(keepingCapacity: true)
      head.removeAll(keepingCapacity: true)
      capacity.removeAll(keepingCapacity: true)
      cost.removeAll(keepingCapacity: true)
    }

    mutating func arc(_ from: Int, _ to: Int, _ units: Int64, seconds: Double) {
      tail.append(Int32(truncatingIfNeeded: from))
      head.append(Int32(truncatingIfNeeded: to))
      capacity.append(units)
      cost.append(Int32(clamping: Int64((seconds * 10).rounded())))
    }
  }

  init() {}

  /// Plans the transfers of one moment.
  ///
  /// All paths end in one sink, and every step costs the highest worth less the worth that it has, so no cost is negative.
  mutating func plan(
    _ areas: [Area], metersPerSecond: Double, policy: RebalancePolicy
  ) throws(SolverError) -> [Transfer] {
    let count = areas.count
    let steps = max(policy.steps, 1)
    guard count > 1, metersPerSecond > 0, metersPerSecond.isFinite else { return [] }
    network.clear(nodes: count * (steps + 1) + 1)
    let firstArcs = addDrives(areas, metersPerSecond, policy, steps)
    for index in areas.indices {
      addStays(index, areas, metersPerSecond, policy, steps)
    }
    _ = try solver.solve(
      supply: network.supply, arcTail: network.tail, arcHead: network.head, arcCapacity: network.capacity,
      arcCost: network.cost, into: &network.flow)
    var left = areas.map(\.idle)
    return firstArcs.compactMap { first in
      // Part of a driver waits for the next plan.
      let drivers = min(Int(Double(network.flow[first.arc]) / Self.unit + 0.25), left[first.from])
      guard drivers > 0 else { return nil }
      left[first.from] -= drivers
      return Transfer(from: first.from, to: first.to, drivers: drivers)
    }
  }

  /// The drives between areas, at every step.
  /// - Returns: those that begin now.
  private mutating func addDrives(
    _ areas: [Area], _ metersPerSecond: Double, _ policy: RebalancePolicy, _ steps: Int
  ) -> [(arc: Int, from: Int, to: Int)] {
    var firstArcs: [(arc: Int, from: Int, to: Int)] = []
    // Nobody is sent where hardly anybody asks.
    let isWanting = areas.map { $0.requests.reduce(0, +) >= 0.5 }
    for from in areas.indices {
      for to in areas.indices where to != from && isWanting[to] {
        let seconds = areas[from].place.squaredDistance(to: areas[to].place).squareRoot() / metersPerSecond
        let drive = policy.longDriveWeight * seconds
        guard drive < policy.lostRideSeconds else { continue }
        let taken = Int((seconds / Double(policy.stepSeconds)).rounded())
        guard taken <= steps else { continue }
        for step in 0...(steps - max(taken, 1)) {
          if step == 0 { firstArcs.append((network.tail.count, from, to)) }
          network.arc(
            step * areas.count + from, (step + taken) * areas.count + to, Self.large,
            seconds: drive + Self.worths[0] * Double(taken))
        }
      }
    }
    return firstArcs
  }

  /// Serving and waiting in one area.
  private mutating func addStays(
    _ index: Int, _ areas: [Area], _ metersPerSecond: Double, _ policy: RebalancePolicy, _ steps: Int
  ) {
    let area = areas[index]
    let count = areas.count
    let sink = count * (steps + 1)
    let highest = Self.worths[0]
    let height = max(policy.lostRideSeconds, highest * policy.terminalSteps)
    let way = 0.25 * (1 + policy.longDriveWeight) * area.spreadSquareMeters.squareRoot() / metersPerSecond
    let isolation = min(
      (1 + policy.longDriveWeight) * Self.isolationMeters(of: index, areas) / metersPerSecond, policy.lostRideSeconds)
    for step in 0...steps {
      let node = step * count + index
      let requests = area.requests[min(step, steps - 1)]
      if step < steps {
        let coming = Self.units(area.dropoffs[step] + area.arriving[step] + (step == 0 ? Double(area.idle) : 0))
        network.supply[node] += coming
        network.supply[sink] -= coming
        network.arc(
          node, sink, Self.units(requests), seconds: height - policy.lostRideSeconds + highest * Double(steps - step))
      }
      var before: Int64 = 0
      for worth in Self.worths + [0] {
        // As many wait before one more is worth less than this.
        let drivers =
          worth > 0
          ? Self.units(
            max(
              Self.twoThirdsPower(requests * way / worth),
              Self.margin(requests, policy.levelError, chance: worth / isolation)))
          : Self.large
        guard drivers > before else { continue }
        if step < steps {
          network.arc(node, node + count, drivers - before, seconds: highest - worth)
        } else {
          network.arc(node, sink, drivers - before, seconds: height - worth * policy.terminalSteps)
        }
        before = drivers
      }
    }
  }

  private static func units(_ drivers: Double) -> Int64 {
    Int64(exactly: (min(max(drivers, 0), 1_000_000) * unit).rounded()) ?? 0
  }

  /// How far a rider of an area is from the drivers of a busier one, in metres; within the busiest, the size of its spread.
  private static func isolationMeters(of index: Int, _ areas: [Area]) -> Double {
    let requests = areas[index].requests.reduce(0, +)
    var nearest = Double.infinity
    for other in areas where other.requests.reduce(0, +) > requests {
      nearest = min(nearest, other.place.squaredDistance(to: areas[index].place))
    }
    return (nearest.isFinite ? nearest : areas[index].spreadSquareMeters).squareRoot()
  }

  /// By how many the requests of a step exceed their mean with a chance: the quantile of a normal distribution, by the logistic one
  /// that comes closest to it.
  private static func margin(_ mean: Double, _ levelError: Double, chance: Double) -> Double {
    guard chance > 0, chance < 0.5, mean > 0 else { return 0 }
    return (mean + levelError * levelError * mean * mean).squareRoot() * log((1 - chance) / chance) / 1.702
  }

  private static func twoThirdsPower(_ value: Double) -> Double {
    value > 0 ? exp(log(value) * 2 / 3) : 0
  }
}
