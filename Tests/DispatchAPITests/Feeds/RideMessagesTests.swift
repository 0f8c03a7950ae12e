import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("Messages of a ride")
struct RideMessagesTests {
  /// Type, feed event, the driver who is told, and whether the rider is.
  private func told(_ change: RideChange) -> [String] {
    RideMessages.messages(of: change, at: Samples.at(50)).map { told($0) }
  }

  private func told(_ message: OutboxMessage) -> String {
    "\(message.type) \(message.feedEvent) \(message.driver?.text ?? "-") \(message.isForRide ? "rider" : "-")"
  }

  private func reason(_ change: RideChange) throws -> JSONValue? {
    let message = try #require(RideMessages.messages(of: change, at: Samples.at(50)).first)
    guard case .object(let members) = try JSONValue(parsing: message.body) else { return nil }
    return members["reason"]
  }

  @Test("A request is told to its rider alone")
  func requested() throws {
    let messages = RideMessages.requested(try Samples.ride())
    #expect(messages.map(told) == ["cabstand.ride.requested.v1 ride - rider"])
    #expect(messages[0].time == Samples.start && messages[0].ride.text == "r1" && messages[0].region.text == "sf")
  }

  @Test("An offer goes to its driver, and only the state to the rider")
  func offered() throws {
    let change = try Samples.offered()
    #expect(told(change) == ["cabstand.offer.made.v1 offer cab-7 -", "cabstand.ride.offered.v1 ride - rider"])
    let offer = try #require(RideMessages.messages(of: change, at: Samples.at(10)).first)
    guard case .object(let members) = try JSONValue(parsing: offer.body) else { return #expect(Bool(false)) }
    for name in [
      "offerId", "rideId", "pickup", "dropoff", "pickupETASeconds", "pickupDistanceMeters", "expiresAt", "fare",
    ] {
      #expect(members[name] != nil, "\(name)")
    }
    #expect(members["expiresAt"] == .string("2008-06-06T07:00:25.000Z"))
  }

  @Test("Acceptance is told to both; what was refused, to the rider alone")
  func answers() throws {
    #expect(told(try Samples.accepted()) == ["cabstand.ride.accepted.v1 ride cab-7 rider"])
    let offered = try Samples.offered()
    let offer = try Samples.offer(offered)
    let declined = try RideLifecycle.decline(offered.ride, offer, by: Samples.driver, now: Samples.at(11))
    #expect(told(declined) == ["cabstand.ride.requested.v1 ride - rider"])
  }

  @Test("An offer that ends otherwise is withdrawn with the reason")
  func withdrawn() throws {
    let offered = try Samples.offered()
    let offer = try Samples.offer(offered)
    let lapsed = try RideLifecycle.lapse(offered.ride, offer, now: Samples.at(30))
    let left = try RideLifecycle.withdraw(offered.ride, offer, now: Samples.at(30))
    let cancelled = try RideLifecycle.cancel(offered.ride, byRider: Samples.rider, offer: offer, at: Samples.at(30))
    let message = "cabstand.offer.withdrawn.v1 offerWithdrawn cab-7 -"
    #expect(told(lapsed) == [message, "cabstand.ride.requested.v1 ride - rider"])
    #expect(told(left) == [message, "cabstand.ride.requested.v1 ride - rider"])
    #expect(told(cancelled) == [message, "cabstand.ride.cancelled-by-rider.v1 ride - rider"])
    #expect(try reason(lapsed) == .string("expired"))
    #expect(try reason(left) == .string("offline"))
    #expect(try reason(cancelled) == .string("cancelledByRider"))
  }

  @Test("Every step on the way is told to both; a driver who gave the ride back hears no more of it")
  func steps() throws {
    let driver = Samples.driver
    let accepted = try Samples.accepted().ride
    let arrived = try RideLifecycle.arrive(accepted, by: driver, at: Samples.at(20))
    let started = try RideLifecycle.start(arrived.ride, by: driver, at: Samples.at(30))
    let completed = try RideLifecycle.complete(started.ride, by: driver, at: Samples.at(40), distanceMeters: 1)
    let noShow = try RideLifecycle.noShow(arrived.ride, by: driver, at: Samples.at(400), graceSeconds: 120)
    let dropped = try RideLifecycle.cancel(started.ride, byDriver: driver, at: Samples.at(35))
    let cancelled = try RideLifecycle.cancel(accepted, byRider: Samples.rider, offer: nil, at: Samples.at(15))
    #expect(told(arrived) == ["cabstand.ride.arrived.v1 ride cab-7 rider"])
    #expect(told(started) == ["cabstand.ride.started.v1 ride cab-7 rider"])
    #expect(told(completed) == ["\(RideMessages.completedType) ride cab-7 rider"])
    #expect(told(noShow) == ["cabstand.ride.not-shown.v1 ride cab-7 rider"])
    #expect(told(dropped) == ["cabstand.ride.cancelled-by-driver.v1 ride cab-7 rider"])
    #expect(told(cancelled) == ["cabstand.ride.cancelled-by-rider.v1 ride cab-7 rider"])
    let givenBack = try RideLifecycle.cancel(accepted, byDriver: driver, at: Samples.at(15))
    #expect(told(givenBack) == ["cabstand.ride.requested.v1 ride - rider"])
    let expired = try RideLifecycle.expire(try Samples.ride(), now: Samples.at(900))
    #expect(told(expired) == ["cabstand.ride.expired.v1 ride - rider"])
  }

  @Test("Each message carries the ride as it is afterwards, in whole JSON")
  func bodies() throws {
    let change = try Samples.accepted()
    for message in RideMessages.messages(of: change, at: Samples.at(12)) {
      guard case .object(let members) = try JSONValue(parsing: message.body) else { return #expect(Bool(false)) }
      #expect(members["state"] == .string("accepted") && members["version"] == .number(.integer(3)))
      #expect(members["driver"] == .string("cab-7") && members["arrivedAt"] == .null)
      #expect(members["acceptedAt"] == .string("2008-06-06T07:00:12.000Z"))
      #expect(members["fare"] == .object(["minorUnits": .number(.integer(1_325)), "currency": .string("USD")]))
    }
  }
}
