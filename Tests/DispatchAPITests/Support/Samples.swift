import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

/// Rides, changes and requests to test with.
enum Samples {
  static let start = Timestamp(unixMilliseconds: 1_212_735_600_000)
  static let driver = DriverID(trusted: "cab-7")
  static let rider = RiderID(trusted: "r-1")
  static let pickup = GeoPoint(latitude: 37.7749, longitude: -122.4194)

  static func at(_ seconds: Int) -> Timestamp { start.advanced(bySeconds: seconds) }

  static func event(
    _ body: String, path: String = "/v1/things/a", parameters: [String: String] = [:],
    headers: [(name: String, value: String)] = [], subject: String? = nil
  ) -> Event {
    Event(
      id: "e-1", source: "/test", type: "cabstand.test.sent.v1", subject: subject, body: Array(body.utf8),
      request: HTTPRequestInfo(method: "POST", path: path, parameters: parameters, headers: headers))
  }

  static func ride() throws -> Ride {
    let quote = QuoteID(trusted: "q1")
    return Ride(
      id: .ride(from: quote), quote: quote, rider: rider, region: RegionID(trusted: "sf"), vehicleClass: .standard,
      pickup: pickup, dropoff: GeoPoint(latitude: 37.78, longitude: -122.4),
      pickupCell: try #require(Zone.cell(at: pickup)),
      fare: Money(minorUnits: 1_325, currency: .usd), requestedAt: start, expiresAt: at(900))
  }

  static func offered() throws -> RideChange {
    try RideLifecycle.offer(
      ride(), to: driver, pickupETASeconds: 60, pickupDistanceMeters: 300, now: at(10), answerSeconds: 15)
  }

  static func offer(_ change: RideChange) throws -> Offer {
    switch change.offer {
    case .make(let offer), .close(let offer): return offer
    case nil:
      Issue.record("the change has an offer")
      throw RideLifecycle.Refusal.notYours
    }
  }

  static func accepted() throws -> RideChange {
    let offered = try offered()
    return try RideLifecycle.accept(offered.ride, offer(offered), by: driver, now: at(12))
  }
}
