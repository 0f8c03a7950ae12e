import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

/// What drivers and riders do in most tests.
extension City {
  static func json(_ point: GeoPoint) -> String {
    "{\"latitude\":\(point.latitude),\"longitude\":\(point.longitude)}"
  }

  /// Puts a driver on shift at a place.
  @discardableResult
  func online(_ driver: String, at point: GeoPoint = City.pickup, vehicleClass: String = "standard") async throws
    -> Answer
  {
    try await call(
      "PUT", "/v1/drivers/\(driver)/shift",
      #"{"status":"online","vehicleClass":"\#(vehicleClass)","position":\#(Self.json(point))}"#)
  }

  @discardableResult
  func offline(_ driver: String) async throws -> Answer {
    try await call("PUT", "/v1/drivers/\(driver)/shift", #"{"status":"offline"}"#)
  }

  @discardableResult
  func ping(_ driver: String, at point: GeoPoint = City.pickup, isOccupied: Bool = false) async throws -> Answer {
    try await call(
      "POST", "/v1/pings",
      #"{"driver":"\#(driver)","time":\#(now.unixMilliseconds),"latitude":\#(point.latitude),"#
        + #""longitude":\#(point.longitude),"occupied":\#(isOccupied)}"#)
  }

  func quote(
    _ rider: String, from pickup: GeoPoint = City.pickup, to dropoff: GeoPoint = City.dropoff
  ) async throws -> String {
    let answer = try await call(
      "POST", "/v1/quotes", #"{"rider":"\#(rider)","pickup":\#(Self.json(pickup)),"dropoff":\#(Self.json(dropoff))}"#)
    return try #require(answer["quoteId"]?.text, "\(answer.summary)")
  }

  /// Asks for a ride by a new quote.
  func request(_ rider: String, from pickup: GeoPoint = City.pickup) async throws -> String {
    let quote = try await quote(rider, from: pickup)
    let answer = try await call("POST", "/v1/rides", #"{"rider":"\#(rider)","quoteId":"\#(quote)"}"#)
    return try #require(answer["rideId"]?.text, "\(answer.summary)")
  }

  /// The open offer of a ride.
  func offer(of ride: String) async throws -> Offer {
    try #require(try await record.openOffer(of: RideID(trusted: ride)))
  }

  @discardableResult
  func accept(_ offer: Offer) async throws -> Answer {
    try await call("POST", "/v1/offers/\(offer.id)/accept", #"{"driver":"\#(offer.driver)"}"#)
  }

  @discardableResult
  func decline(_ offer: Offer) async throws -> Answer {
    try await call("POST", "/v1/offers/\(offer.id)/decline", #"{"driver":"\#(offer.driver)"}"#)
  }

  /// A driver's step on a ride.
  @discardableResult
  func step(_ step: String, _ ride: String, _ driver: String, more: String = "") async throws -> Answer {
    try await call("POST", "/v1/rides/\(ride)/\(step)", #"{"driver":"\#(driver)"\#(more)}"#)
  }

  @discardableResult
  func cancel(_ ride: String, rider: String) async throws -> Answer {
    try await call("POST", "/v1/rides/\(ride)/cancel", #"{"rider":"\#(rider)"}"#)
  }

  /// A ride in a state, by `cab-1` for `r-1`, through the functions themselves.
  func ride(in state: RideState, driver: String = "cab-1", rider: String = "r-1") async throws -> String {
    try await online(driver)
    let ride = try await request(rider)
    if state == .requested { return ride }
    try await match()
    if state == .offered { return ride }
    try await accept(try await offer(of: ride))
    if state == .accepted { return ride }
    wait(30)
    try await step("arrive", ride, driver)
    if state == .arrived { return ride }
    if state == .noShow {
      wait(120)
      try await step("no-show", ride, driver)
      return ride
    }
    wait(30)
    try await step("start", ride, driver)
    if state == .started { return ride }
    wait(300)
    try await step("complete", ride, driver, more: #","distanceMeters":4120"#)
    if state == .completed { return ride }
    _ = try await settle(ride)
    return ride
  }

  func stored(_ ride: String) async throws -> Ride {
    try #require(try await record.ride(RideID(trusted: ride)))
  }

  func activity(_ driver: String) async throws -> DriverActivity? {
    try await record.status(of: DriverID(trusted: driver))?.activity
  }

  /// Checks every invariant: of the record, and of the fleet's counters.
  func audit(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let report = try await record.audit(at: now)
    #expect(report.violations.isEmpty, "\(report.violations)", sourceLocation: sourceLocation)
    for region in configuration.regions.regions {
      let counted = try await fleet.supply(in: region.id)
      let recounted = try await fleet.recountedSupply(in: region.id)
      #expect(counted == recounted, sourceLocation: sourceLocation)
    }
    var balance: Int64 = 0
    for money in try await record.balance(of: .fares) { balance += money.minorUnits }
    #expect(balance == 0, "fares are shared out whole", sourceLocation: sourceLocation)
  }
}
