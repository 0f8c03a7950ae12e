import DispatchCore
import DispatchState
import HexGrid

@testable import RoutingClient

/// Places in Midtown Manhattan, and what one may ask of them.
enum Midtown {
  static let region = RegionID(trusted: "nyc")
  static let now = Timestamp(unixMilliseconds: 1_362_146_400_000)
  static let timesSquare = GeoPoint(latitude: 40.758, longitude: -73.985)
  static let grandCentral = GeoPoint(latitude: 40.7527, longitude: -73.9772)
  static let flatiron = GeoPoint(latitude: 40.741, longitude: -73.9896)
  static let honolulu = GeoPoint(latitude: 21.3, longitude: -157.85)

  static let pair = DriveQuery(origins: [grandCentral], destination: timesSquare)
  static let table = DriveQuery(origins: [grandCentral, flatiron], destination: timesSquare)

  /// Times without an engine: ten metres of straight line a second.
  static let fallback = Fallback()

  struct Fallback: TravelTimes {
    var knowsRoads: Bool { false }

    func estimates(
      for queries: [DriveQuery], at time: Timestamp, in region: RegionID
    ) async throws -> [[DriveEstimate?]] {
      queries.map { query in
        query.origins.map { origin in
          guard origin.isValid, query.destination.isValid else { return nil }
          return DriveEstimate(seconds: origin.distanceMeters(to: query.destination) / 10, meters: nil)
        }
      }
    }
  }

  static func seconds(_ origin: GeoPoint) -> Double { origin.distanceMeters(to: timesSquare) / 10 }
}
