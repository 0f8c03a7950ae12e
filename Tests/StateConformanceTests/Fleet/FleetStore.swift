import DispatchState
import RedisState
import Testing

/// The stores that keep a fleet; every test of the port runs on each.
enum FleetStore: String, CaseIterable, CustomTestStringConvertible {
  case memory
  case redis

  /// Those that can run here.
  static var available: [FleetStore] { allCases.filter { $0 == .memory || PrivateRedis.isInstalled } }

  var testDescription: String { rawValue }

  /// Runs a test with an empty fleet.
  func run(_ body: (any FleetIndex) async throws -> Void) async throws {
    switch self {
    case .memory: try await body(MemoryFleet())
    case .redis:
      try await PrivateRedis.run { _, client in try await body(RedisFleet(client: client, deadline: .seconds(20))) }
    }
  }
}
