import HexGrid
import Testing

@testable import DispatchCore

/// A town in which everybody asks for a ride at one place and gets off at another.
enum RebalanceTown {
  static let calendar = LocalCalendar(utcOffsetSeconds: -7 * 3_600)
  /// A Monday's local midnight.
  static let midnight = Timestamp(unixMilliseconds: 14_018 * 86_400_000 + 7 * 3_600_000)
  static let now = midnight.advanced(bySeconds: 12 * 3_600)
  /// Where riders ask.
  static let market = GeoPoint(latitude: 37.788, longitude: -122.408)
  /// Where nobody does, 1.4 km away.
  static let suburb = GeoPoint(latitude: 37.778, longitude: -122.418)
  /// Where rides end, and hardly anybody asks, 20 km away.
  static let airport = GeoPoint(latitude: 37.617, longitude: -122.385)

  /// Two weeks in which so many people an hour want to get from the market to the airport.
  static func model(perHour: Int) throws -> CityModel {
    let trips = (0..<14 * 24 * perHour).map { number in
      let start = midnight.advanced(bySeconds: -14 * 86_400 + number * 3_600 / perHour)
      return CompletedTrip(
        pickup: market, dropoff: number % 200 == 199 ? suburb : airport, pickupTime: start,
        dropoffTime: start.advanced(bySeconds: 900))
    }
    return try #require(CityModel.trained(on: trips, calendar: calendar))
  }

  /// The model of 20 an hour, learned once.
  static let usual = Result { try model(perHour: 20) }

  static func driver(
    _ number: Int, at place: GeoPoint, freeIn seconds: Double = 0, isMovable: Bool = true, isOnRide: Bool = false
  ) -> FleetDriver {
    FleetDriver(
      driver: DriverID(trusted: "cab-\(number)"), position: place, freeInSeconds: seconds, isMovable: isMovable,
      isOnRide: isOnRide)
  }

  static func situation(_ drivers: [FleetDriver], metersPerSecond: Double = 6) -> Rebalancer.Situation {
    Rebalancer.Situation(now: now, drivers: drivers, level: .usual, metersPerSecond: metersPerSecond)
  }
}
