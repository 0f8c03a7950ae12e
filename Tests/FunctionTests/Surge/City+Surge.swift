import DispatchCore
import DispatchState
import HexGrid

/// Shortages and what becomes of them.
extension City {
  /// A city with riders who wait at the pickup, and drivers who are free there.
  static func short(
    riders: Int, drivers: Int, environment: [String: String] = [:], surge: (any SurgeStore)? = nil
  ) async throws -> City {
    let city = try await City(environment: environment, surge: surge)
    _ = try await city.follower.catchUp(City.region)
    for driver in 0..<drivers { try await city.online("cab-\(driver)") }
    for rider in 0..<riders { _ = try await city.request("r-\(rider)") }
    return city
  }

  /// Ticks of the prices, a minute apart; the last is now.
  func raisePrices(ticks: Int = 5) async throws {
    for tick in 0..<ticks {
      if tick > 0 { wait(60) }
      try await priceZones()
    }
  }
}
