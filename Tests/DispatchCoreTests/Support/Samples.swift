import DispatchCore
import HexGrid
import Testing

/// Rides, drivers and moments to test with.
enum Samples {
  static let start = Timestamp(unixMilliseconds: 1_212_735_600_000)
  static let region = RegionID(trusted: "sf")
  static let pickup = GeoPoint(latitude: 37.7749, longitude: -122.4194)
  static let dropoff = GeoPoint(latitude: 37.7849, longitude: -122.4094)
  static let rider = RiderID(trusted: "r-1")
  static let driver = DriverID(trusted: "cab-1")
  static let otherDriver = DriverID(trusted: "cab-2")

  static func at(_ seconds: Int) -> Timestamp { start.advanced(bySeconds: seconds) }

  static func cell(_ point: GeoPoint = pickup) throws -> HexCell { try #require(Zone.cell(at: point)) }

  static func ride(_ number: Int = 1, rider: RiderID = rider, pickup: GeoPoint = pickup) throws -> Ride {
    let quote = QuoteID(trusted: "q\(number)")
    return Ride(
      id: .ride(from: quote), quote: quote, rider: rider, region: region, vehicleClass: .standard, pickup: pickup,
      dropoff: dropoff, pickupCell: try cell(pickup), fare: Money(minorUnits: 1_325, currency: .usd),
      requestedAt: start, expiresAt: at(900))
  }

  /// A ride that was taken to a state by legal steps, with its last offer, ten seconds per step.
  static func ride(in state: RideState) throws -> (ride: Ride, offer: Offer?) {
    let requested = try ride()
    if state == .requested { return (requested, nil) }
    if state == .expired { return (try RideLifecycle.expire(requested, now: at(900)).ride, nil) }
    if state == .failed { return (try failed(requested), nil) }
    let offered = try offer(requested)
    if state == .offered { return offered }
    if state == .cancelledByRider {
      let change = try RideLifecycle.cancel(offered.ride, byRider: rider, offer: offered.offer, at: at(11))
      return (change.ride, offered.offer)
    }
    let accepted = try RideLifecycle.accept(offered.ride, offered.offer, by: driver, now: at(12))
    if state == .accepted { return (accepted.ride, try closed(accepted)) }
    let arrived = try RideLifecycle.arrive(accepted.ride, by: driver, at: at(20)).ride
    if state == .arrived { return (arrived, try closed(accepted)) }
    if state == .noShow {
      return (try RideLifecycle.noShow(arrived, by: driver, at: at(200), graceSeconds: 120).ride, try closed(accepted))
    }
    let started = try RideLifecycle.start(arrived, by: driver, at: at(30)).ride
    if state == .started { return (started, try closed(accepted)) }
    if state == .cancelledByDriver {
      return (try RideLifecycle.cancel(started, byDriver: driver, at: at(40)).ride, try closed(accepted))
    }
    let completed = try RideLifecycle.complete(started, by: driver, at: at(40), distanceMeters: 900).ride
    if state == .completed { return (completed, try closed(accepted)) }
    let settled = try RideLifecycle.settle(completed, try settlement(completed), at: at(50)).ride
    return (settled, try closed(accepted))
  }

  /// A requested ride put to `driver` at second 10, to be answered within 15 s.
  static func offer(_ ride: Ride, to driver: DriverID = driver) throws -> (ride: Ride, offer: Offer) {
    let change = try RideLifecycle.offer(
      ride, to: driver, pickupETASeconds: 60, pickupDistanceMeters: 300, now: at(10), answerSeconds: 15)
    guard case .make(let offer) = change.offer else {
      Issue.record("an offer makes an offer")
      throw RideLifecycle.Refusal.notYours
    }
    return (change.ride, offer)
  }

  static func settlement(_ ride: Ride) throws -> Settlement {
    let charge = FareBreakdown(
      lines: [.init(name: "base", minorUnits: 325), .init(name: "distance", minorUnits: 1_000)], currency: .usd)
    return try #require(Settlement(ride: ride, charge: charge, commissionBasisPoints: 2_500, time: at(50)))
  }

  private static func closed(_ change: RideChange) throws -> Offer? {
    guard case .close(let offer) = change.offer else { return nil }
    return offer
  }

  private static func failed(_ ride: Ride) throws -> Ride {
    var ride = ride
    ride.state = try #require(ride.state.after(.fail))
    ride.endedAt = at(5)
    return ride
  }
}
