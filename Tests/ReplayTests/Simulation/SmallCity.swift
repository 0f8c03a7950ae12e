import DispatchCore
import FunctionKit
import Replay

@testable import cabstand

/// A generated city small enough to be lived through in a moment.
enum SmallCity {
  /// A quarter of an hour with some people, everything chosen by the seed.
  static func scenario(seed: UInt64, drivers: Int = 40, requests: Int = 80) -> Scenario {
    DemoCity(
      seed: seed, drivers: drivers, requests: requests, from: TimeOfDay("17:00"), to: TimeOfDay("17:20")
    ).makeScenario()
  }

  /// Lives through a scenario, on fresh stores and functions.
  static func live(
    _ scenario: Scenario, options: SimulationOptions, policy: SimulationPolicy = SimulationPolicy(),
    log: DecisionLog = DecisionLog()
  ) async throws -> SimulationResult {
    let assembly = try SimulationAssembly(regions: .standard)
    let parts = try await assembly.parts(for: scenario, policy: policy)
    return await Simulation(scenario: scenario, options: options, parts: parts, log: log).run()
  }

  /// A city in which drivers decline, take breaks and lose their connection.
  static func unruly(seed: UInt64) -> SimulationOptions {
    SimulationOptions(
      world: WorldConfiguration(seed: seed, declineShare: 0.2), offlineShare: 0.4, disconnectShare: 0.4)
  }
}
