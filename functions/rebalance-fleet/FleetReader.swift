import DispatchCore
import DispatchState
import HexGrid

/// Reads who is free, who is on the way to a suggestion, and who will be free when and where.
struct FleetReader: Sendable {
  /// The drivers of a region as a plan needs them.
  struct Picture: Sendable {
    var drivers: [FleetDriver] = []
    /// Those who are free, by id.
    var free: [DriverID: DriverSnapshot] = [:]
  }

  /// A ride that takes longer than reckoned is expected to end in so many seconds.
  static let overdueSeconds = 30.0
  /// How far back suggestions are looked for: longer than any drive within a city, in seconds.
  static let memorySeconds = 6 * 3_600

  let fleet: any FleetIndex
  let rides: any RideStore
  let suggestions: any SuggestionStore
  let freshnessSeconds: Int

  func read(
    _ region: RegionID, _ city: CityModel, now: Timestamp, metersPerSecond: Double, limit: Int
  ) async throws -> Picture {
    let idle = try await fleet.idleDrivers(
      in: region, cells: nil, seenSince: now.advanced(bySeconds: -freshnessSeconds), limit: limit)
    let latest = try await suggestions.latestSuggestions(
      in: region, madeSince: now.advanced(bySeconds: -Self.memorySeconds))
    let suggestionOf = Dictionary(latest.map { ($0.driver, $0) }, uniquingKeysWith: { first, _ in first })
    var picture = Picture()
    for driver in idle {
      picture.free[driver.driver] = driver
      picture.drivers.append(
        Self.free(driver, suggestionOf[driver.driver], now: now, metersPerSecond: metersPerSecond))
    }
    let started = try await rides.rides(RideFilter(region: region, state: .started), after: nil, limit: limit)
    for ride in started {
      guard let driver = ride.driver, let start = ride.startedAt else { continue }
      let whole = city.travelTime.seconds(from: ride.pickup, to: ride.dropoff, at: start)
      let left = max(whole - now.seconds(since: start), Self.overdueSeconds)
      picture.drivers.append(
        FleetDriver(driver: driver, position: ride.dropoff, freeInSeconds: left, isMovable: false, isOnRide: true))
    }
    return picture
  }

  private static func free(
    _ driver: DriverSnapshot, _ suggestion: Suggestion?, now: Timestamp, metersPerSecond: Double
  ) -> FleetDriver {
    let review = suggestion.map {
      SuggestionReview($0, driver: driver, now: now, metersPerSecond: metersPerSecond)
    }
    switch review {
    case .underWay(let target, let seconds):
      return FleetDriver(driver: driver.driver, position: target, freeInSeconds: seconds, isMovable: false)
    case .refused:
      return FleetDriver(driver: driver.driver, position: driver.position, isMovable: false)
    case .over, nil:
      return FleetDriver(driver: driver.driver, position: driver.position, isMovable: true)
    }
  }
}
