import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

/// The functions on drivers who are offered and take a ride before the present one is over.
@Suite("The next ride")
struct NextRideTests {
  /// A city in which `cab-1` has `r-1` aboard and is offered the ride of `r-2`.
  private func city() async throws -> (city: City, ride: String, next: String, offer: Offer) {
    let city = try await City()
    let ride = try await city.ride(in: .started)
    let next = try await city.request("r-2")
    try await offer(next, in: city)
    return (city, ride, next, try await city.offer(of: next))
  }

  /// Offers a ride to the one driver who is free soon, as matching would.
  private func offer(_ ride: String, in city: City) async throws {
    let soon = try await city.record.soonFreeDrivers(
      in: City.region, expectedFreeBy: city.now.advanced(bySeconds: 3_600), limit: 1)
    let change = try RideLifecycle.offerNext(
      try await city.stored(ride), to: try #require(soon.first), pickupETASeconds: 400, pickupDistanceMeters: 900,
      now: city.now, answerSeconds: 15)
    let outcomes = try await city.record.commit([
      Commit(change, publishing: RideMessages.messages(of: change, at: city.now))
    ])
    guard case .applied(let status?) = outcomes.first else {
      Issue.record("the offer was not made: \(outcomes)")
      return
    }
    await city.follower.follow([status])
    try await city.audit()
  }

  private func snapshot(_ city: City) async throws -> JSONValue {
    let answer = try await city.call("GET", "/v1/drivers/cab-1/feed")
    for try await event in try #require(answer.events) { return (try? JSONValue(parsing: event.data)) ?? .null }
    return .null
  }

  @Test("Accepted during a ride, begun after it: both riders are served")
  func both() async throws {
    let (city, ride, next, offer) = try await city()
    #expect(try await city.accept(offer)["state"]?.text == "accepted")
    #expect(try await city.accept(offer).status == 200, "again")
    #expect(
      try await city.activity("cab-1") == .busy(RideID(trusted: ride), next: .ride(RideID(trusted: next))))
    try await city.audit()
    let early = try await city.step("arrive", next, "cab-1")
    #expect(early.summary == "409 rideUnderway")
    #expect(try await city.offline("cab-1").summary == "409 rideUnderway")
    city.wait(300)
    #expect(try await city.step("complete", ride, "cab-1").status == 200)
    #expect(try await city.activity("cab-1") == .busy(RideID(trusted: next)))
    for step in ["arrive", "start", "complete"] {
      city.wait(30)
      #expect(try await city.step(step, next, "cab-1").status == 200, "\(step)")
      try await city.audit()
    }
    #expect(try await city.activity("cab-1") == .idle)
    #expect(try await city.fleet.driver(DriverID(trusted: "cab-1"), in: City.region)?.activityName == "idle")
  }

  @Test("The driver's page and feed show what is in store")
  func views() async throws {
    let (city, ride, next, offer) = try await city()
    var page = try await city.call("GET", "/v1/drivers/cab-1")
    #expect(page["activity"]?.text == "busy" && page["rideId"]?.text == ride && page["offerId"]?.text == offer.id.text)
    var shown = try await snapshot(city)
    #expect(shown["ride"]?["rideId"]?.text == ride && shown["offer"]?["rideId"]?.text == next)
    #expect(shown["offer"]?["pickupETASeconds"]?.integer == 400 && shown["nextRide"] == .null)
    try await city.accept(offer)
    page = try await city.call("GET", "/v1/drivers/cab-1")
    #expect(page["rideId"]?.text == ride && page["offerId"] == nil && page["nextRideId"]?.text == next)
    shown = try await snapshot(city)
    #expect(shown["ride"]?["rideId"]?.text == ride && shown["offer"] == .null)
    #expect(shown["nextRide"]?["rideId"]?.text == next && shown["nextRide"]?["state"]?.text == "accepted")
  }

  @Test("Declined or lapsed: the present ride goes on and the request looks for another driver")
  func losing() async throws {
    for isDeclined in [true, false] {
      let (city, ride, next, offer) = try await city()
      if isDeclined {
        #expect(try await city.decline(offer).status == 200)
      } else {
        city.wait(15)
        try await city.expire()
      }
      #expect(try await city.activity("cab-1") == .busy(RideID(trusted: ride)))
      let reopened = try await city.stored(next)
      #expect(reopened.state == .requested && reopened.excludedDrivers == [DriverID(trusted: "cab-1")])
      try await city.audit()
    }
  }

  @Test("The ride ends with the offer open: the driver is offered, not free, until the answer or the end of its time")
  func endingFirst() async throws {
    for isAccepted in [true, false] {
      let (city, ride, next, offer) = try await city()
      #expect(try await city.step("complete", ride, "cab-1").status == 200)
      #expect(try await city.activity("cab-1") == .offered(offer.id))
      try await city.audit()
      if isAccepted {
        #expect(try await city.accept(offer).status == 200)
        #expect(try await city.activity("cab-1") == .busy(RideID(trusted: next)))
      } else {
        city.wait(15)
        try await city.expire()
        #expect(try await city.activity("cab-1") == .idle)
      }
      try await city.audit()
    }
  }

  @Test("The next ride is called off by rider or driver, offered or accepted; the present one goes on")
  func callingOff() async throws {
    let (city, ride, next, _) = try await city()
    #expect(try await city.cancel(next, rider: "r-2").status == 200)
    #expect(try await city.activity("cab-1") == .busy(RideID(trusted: ride)))
    try await city.audit()
    for byDriver in [true, false] {
      let (city, ride, next, offer) = try await self.city()
      try await city.accept(offer)
      if byDriver {
        #expect(try await city.step("cancel", next, "cab-1")["state"]?.text == "requested")
      } else {
        #expect(try await city.cancel(next, rider: "r-2")["state"]?.text == "cancelledByRider")
      }
      #expect(try await city.activity("cab-1") == .busy(RideID(trusted: ride)))
      try await city.audit()
      #expect(try await city.step("complete", ride, "cab-1").status == 200)
      #expect(try await city.activity("cab-1") == .idle)
    }
  }

  @Test("The driver ends the present ride early: the next one is the present one")
  func cancellingThePresent() async throws {
    let (city, ride, next, offer) = try await city()
    try await city.accept(offer)
    #expect(try await city.step("cancel", ride, "cab-1")["state"]?.text == "cancelledByDriver")
    #expect(try await city.activity("cab-1") == .busy(RideID(trusted: next)))
    try await city.audit()
  }

  @Test("Completion between what an accept reads and what it commits: accepted all the same, as the present ride")
  func completionDuringAccept() async throws {
    let (city, ride, next, offer) = try await city()
    city.rides.beforeNextCommit { try await city.step("complete", ride, "cab-1") }
    #expect(try await city.accept(offer)["state"]?.text == "accepted")
    #expect(try await city.activity("cab-1") == .busy(RideID(trusted: next)))
    try await city.audit()
  }

  @Test("An accept between what a completion reads and what it commits: completed all the same")
  func acceptDuringCompletion() async throws {
    let (city, ride, next, offer) = try await city()
    city.rides.beforeNextCommit { try await city.accept(offer) }
    #expect(try await city.step("complete", ride, "cab-1")["state"]?.text == "completed")
    #expect(try await city.activity("cab-1") == .busy(RideID(trusted: next)))
    try await city.audit()
  }

  @Test("The rider cancels, the ride ends or the offer lapses while others do the same: nothing is left hanging")
  func cancelDuringCompletion() async throws {
    let (city, ride, next, offer) = try await city()
    try await city.accept(offer)
    city.rides.beforeNextCommit { try await city.cancel(next, rider: "r-2") }
    #expect(try await city.step("complete", ride, "cab-1").status == 200)
    #expect(try await city.activity("cab-1") == .idle)
    try await city.audit()

    let (other, present, wanted, _) = try await self.city()
    other.wait(15)
    other.rides.beforeNextCommit { try await other.step("complete", present, "cab-1") }
    // The sweep's lapse was for a driver on a ride; the next sweep sees a driver who is merely offered.
    try await other.expire()
    try await other.expire()
    #expect(try await other.activity("cab-1") == .idle)
    #expect(try await other.stored(wanted).state == .requested)
    try await other.audit()
  }
}
