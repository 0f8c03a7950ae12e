import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("answer-offer")
struct AnswerOfferTests {
  @Test("Acceptance answers the ride; again by the same driver, the same")
  func accept() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.wait(5)
    let answer = try await city.call(
      "POST", "/v1/offers/\(offer.id)/accept", #"{"driver":"cab-1"}"#, as: .driver("cab-1"))
    #expect(answer.status == 200 && answer["state"]?.text == "accepted" && answer["driver"]?.text == "cab-1")
    #expect(answer["acceptedAt"]?.text == "2008-06-06T07:00:05.000Z" && answer["pickupETASeconds"]?.integer != nil)
    #expect(try await city.activity("cab-1") == .busy(RideID(trusted: ride)))
    let again = try await city.accept(offer)
    #expect(again.status == 200 && again.bytes == answer.bytes)
    #expect(try await city.decline(offer).summary == "409 offerAccepted")
    try await city.audit()
  }

  @Test("Decline answers the offer; the driver is free, and the request goes to another")
  func decline() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    let answer = try await city.decline(offer)
    #expect(answer.status == 200 && answer["offerId"]?.text == offer.id.text && answer["state"]?.text == "declined")
    #expect(try await city.decline(offer).bytes == answer.bytes)
    #expect(try await city.accept(offer).summary == "409 offerDeclined")
    #expect(try await city.activity("cab-1") == .idle)
    try await city.online("cab-2")
    try await city.match()
    #expect(try await city.offer(of: ride).driver.text == "cab-2")
    try await city.audit()
  }

  @Test("What is wrong is named")
  func errors() async throws {
    let city = try await City()
    let offer = try await city.offer(of: try await city.ride(in: .offered))
    let path = "/v1/offers/\(offer.id)/accept"
    #expect(try await city.call("POST", path, #"{"driver":"cab-2"}"#).summary == "403 notYourOffer driver")
    #expect(try await city.call("POST", path, "{}").summary == "400 missingField driver")
    #expect(try await city.call("POST", path, #"{"driver":1}"#).summary == "400 wrongType driver")
    #expect(try await city.call("POST", path, "{").summary == "400 malformedJSON")
    #expect(try await city.call("POST", path, #"{"driver":"cab-1"}"#, as: .driver("cab-2")).summary == "403 notYou")
    let unknown = try await city.call("POST", "/v1/offers/o404-1/accept", #"{"driver":"cab-1"}"#)
    #expect(unknown.summary == "404 unknownOffer id")
    #expect(try await city.call("POST", "/v1/offers/o 4/decline", #"{"driver":"cab-1"}"#).summary == "400 badID id")
    #expect(try await city.record.offer(offer.id)?.state == .open)
    try await city.audit()
  }

  @Test("An offer is gone at its end, before and after the sweep has seen it")
  func expired() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.wait(15)
    #expect(try await city.accept(offer).summary == "410 offerExpired")
    try await city.expire()
    #expect(try await city.accept(offer).summary == "410 offerExpired")
    #expect(try await city.stored(ride).state == .requested)
    #expect(try await city.activity("cab-1") == .idle)
    try await city.audit()
  }

  @Test("Withdrawn by the rider's cancel")
  func withdrawn() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    #expect(try await city.cancel(ride, rider: "r-1").status == 200)
    #expect(try await city.accept(offer).summary == "409 offerWithdrawn")
    #expect(try await city.decline(offer).summary == "409 offerWithdrawn")
    #expect(try await city.activity("cab-1") == .idle)
    try await city.audit()
  }

  @Test("Of acceptance, decline, cancel and expiry at once exactly one wins", arguments: 0..<30)
  func race(round: Int) async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    if round % 3 == 2 { city.wait(15) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        group.addTask { _ = try await city.accept(offer) }
        group.addTask { _ = try await city.cancel(ride, rider: "r-1") }
        if index % 2 == round % 2 { group.addTask { _ = try await city.decline(offer) } }
        group.addTask { _ = try await city.expire() }
      }
      try await group.waitForAll()
    }
    let state = try #require(try await city.record.offer(offer.id)?.state)
    #expect(state != .open)
    if round % 3 == 2 { #expect(state != .accepted) }
    #expect(try await city.stored(ride).state == .cancelledByRider, "the rider may cancel whatever the answer was")
    #expect(try await city.activity("cab-1") == .idle)
    let accepted = try await city.record.messages(for: .ride(RideID(trusted: ride)), after: 0, limit: 99)
      .count { $0.message.type == "cabstand.ride.accepted.v1" }
    #expect(accepted == (state == .accepted ? 1 : 0))
    try await city.audit()
  }
}
