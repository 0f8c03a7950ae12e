import DispatchCore
package import HexGrid

/// How a simulated day went over time, for charts.
package struct SimulationSeries: Sendable {
  /// What was counted at a moment.
  package struct Sample: Equatable, Sendable {
    /// When, in milliseconds since 1970.
    package var unixMilliseconds: Int64
    /// Requests made, and rides served, so far.
    package var requests: Int
    package var served: Int
    /// Requests that are not over.
    package var open: Int
    /// Drivers by what they do, in the order of `DriverView.Occupation`.
    package var drivers: [Int]
    /// Metres driven so far, by drives that are over.
    package var pickupMeters: Double
    package var repositionMeters: Double
    package var rideMeters: Double
  }

  package private(set) var samples: [Sample] = []
  /// Requests by zone of their pickup.
  package private(set) var demand: [HexCell: Int] = [:]
  /// Free drivers by zone, summed over the samples.
  package private(set) var idle: [HexCell: Int] = [:]
  private let intervalMilliseconds: Int64
  private let isMapped: Bool
  private var nextDue: Int64

  /// About so many samples are taken of a day.
  private static let sampleCount: Int64 = 288

  init(scenario: Scenario, isMapped: Bool) {
    let length = scenario.endMilliseconds - scenario.startMilliseconds
    intervalMilliseconds = max(length / Self.sampleCount / 1_000 * 1_000, 10_000)
    nextDue = scenario.startMilliseconds
    self.isMapped = isMapped
    guard isMapped else { return }
    for request in scenario.requests {
      if let cell = Zone.cell(at: request.pickup) { demand[cell, default: 0] += 1 }
    }
  }

  func isDue(_ now: Int64) -> Bool { now >= nextDue }

  mutating func sample(_ world: World, at now: Int64) {
    nextDue = now + intervalMilliseconds
    var drivers = Array(repeating: 0, count: DriverView.Occupation.allCases.count)
    for driver in world.scenario.drivers.indices {
      let occupation = world.occupation(ofDriver: driver)
      drivers[occupation.index] += 1
      if isMapped, occupation == .parked || occupation == .repositioning,
        let cell = Zone.cell(at: world.view(ofDriver: driver).place)
      {
        idle[cell, default: 0] += 1
      }
    }
    let tally = world.tally
    samples.append(
      Sample(
        unixMilliseconds: now, requests: tally.requests, served: tally.served, open: tally.open, drivers: drivers,
        pickupMeters: tally.pickupMeters, repositionMeters: tally.repositionMeters, rideMeters: tally.rideMeters))
  }
}

extension DriverView.Occupation {
  /// The place in a sample's counts.
  package var index: Int {
    switch self {
    case .off: 0
    case .parked: 1
    case .repositioning: 2
    case .toPickup: 3
    case .withRider: 4
    }
  }

  /// The name in charts.
  package var title: String {
    switch self {
    case .off: "off shift"
    case .parked: "waiting"
    case .repositioning: "driving to where riders will be"
    case .toPickup: "driving to a pickup"
    case .withRider: "with a rider"
    }
  }
}
