import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("request-ride")
struct RequestRideTests {
  private func body(_ rider: String, _ quote: String, more: String = "") -> String {
    #"{"rider":"\#(rider)","quoteId":"\#(quote)"\#(more)}"#
  }

  @Test("A quote becomes a ride that waits, with the quoted fare")
  func happy() async throws {
    let city = try await City()
    let quote = try await city.quote("r-1")
    let answer = try await city.call("POST", "/v1/rides", body("r-1", quote), as: .rider("r-1"))
    #expect(answer.status == 201 && answer["state"]?.text == "requested" && answer["version"]?.integer == 1)
    let ride = try #require(answer["rideId"]?.text)
    #expect(answer.header("location") == "/v1/rides/\(ride)" && answer.header("idempotent-replayed") == nil)
    #expect(answer["quoteId"]?.text == quote && answer["driver"] == .null && answer["requestedAt"]?.text != nil)
    let kept = try #require(try await city.record.quote(QuoteID(trusted: quote)))
    #expect(answer["fare"]?["minorUnits"]?.integer == Int(kept.breakdown.total.minorUnits))
    #expect(try await city.call("GET", "/v1/rides/\(ride)").bytes == answer.bytes)
    let told = try await city.record.messages(for: .ride(RideID(trusted: ride)), after: 0, limit: 9)
    #expect(told.map(\.message.type) == ["cabstand.ride.requested.v1"])
    try await city.audit()
  }

  @Test("What is wrong is named")
  func errors() async throws {
    let city = try await City()
    let quote = try await city.quote("r-1")
    func ask(_ body: String, as caller: Caller = .anonymous) async throws -> String {
      try await city.call("POST", "/v1/rides", body, as: caller).summary
    }
    #expect(try await ask("{}") == "400 missingField rider")
    #expect(try await ask(#"{"rider":"r-1"}"#) == "400 missingField quoteId")
    #expect(try await ask(body("r-1", "q no")) == "400 badID quoteId")
    #expect(try await ask(body("r-1", "q404")) == "404 unknownQuote quoteId")
    #expect(try await ask(body("r-2", quote)) == "403 notYours quoteId")
    #expect(try await ask(body("r-1", quote), as: .rider("r-2")) == "403 notYou")
    #expect(try await ask(body("r-1", quote, more: #","time":"soon""#)) == "400 badTime time")
    #expect(try await ask(body("r-1", quote, more: #","time":1212735660001"#)) == "422 timeInFuture time")
    #expect(try await ask("{\"rider\"") == "400 malformedJSON")
    #expect(try await city.record.rides(.init(), after: nil, limit: 9).isEmpty)
  }

  @Test("A quote is good for ten minutes, to the millisecond")
  func expiry() async throws {
    let city = try await City()
    let late = try await city.quote("r-1")
    city.wait(600)
    #expect(try await city.call("POST", "/v1/rides", body("r-1", late)).summary == "410 quoteExpired quoteId")
    let good = try await city.quote("r-1")
    city.clock.advance(by: .milliseconds(599_999))
    #expect(try await city.call("POST", "/v1/rides", body("r-1", good)).status == 201)
  }

  @Test("One quote makes one ride, and a rider has one active ride")
  func once() async throws {
    let city = try await City()
    let (first, second) = (try await city.quote("r-1"), try await city.quote("r-1"))
    let ride = try #require(try await city.call("POST", "/v1/rides", body("r-1", first))["rideId"]?.text)
    #expect(try await city.call("POST", "/v1/rides", body("r-1", first)).summary == "409 quoteAlreadyUsed quoteId")
    #expect(try await city.call("POST", "/v1/rides", body("r-1", second)).summary == "409 rideUnderway rider")
    try await city.cancel(ride, rider: "r-1")
    #expect(try await city.call("POST", "/v1/rides", body("r-1", first)).summary == "409 quoteAlreadyUsed quoteId")
    #expect(try await city.call("POST", "/v1/rides", body("r-1", second)).status == 201)
    try await city.audit()
  }

  @Test("The same key with the same body is answered again, even after the quote's end; another body is refused")
  func idempotency() async throws {
    let city = try await City()
    let quote = try await city.quote("r-1")
    func ask(_ body: String, _ key: String?) async throws -> Answer {
      try await city.call("POST", "/v1/rides", body, headers: key.map { [("idempotency-key", $0)] } ?? [])
    }
    let first = try await ask(body("r-1", quote), "k1")
    #expect(first.status == 201)
    city.wait(60)
    let again = try await ask(body("r-1", quote), "k1")
    #expect(again.status == 201 && again["rideId"] == first["rideId"] && again.header("idempotent-replayed") == "true")
    #expect(
      try await ask(body("r-1", quote, more: #","x":1"#), "k1").summary == "422 idempotencyKeyReused Idempotency-Key")
    city.wait(600)
    let late = try await ask(body("r-1", quote), "k1")
    #expect(late.status == 201 && late.header("idempotent-replayed") == "true")
    #expect(
      try await ask(body("r-1", quote, more: #","x":1"#), "k1").summary == "422 idempotencyKeyReused Idempotency-Key")
    #expect(try await ask(body("r-1", quote), nil).summary == "410 quoteExpired quoteId")
    #expect(try await ask(body("r-1", quote), "k2").summary == "410 quoteExpired quoteId")
    #expect(try await city.record.rides(.init(), after: nil, limit: 9).count == 1)
  }

  @Test("Fifty requests at once make one ride")
  func concurrent() async throws {
    let city = try await City()
    let quote = try await city.quote("r-1")
    let text = body("r-1", quote)
    let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
      for _ in 0..<50 {
        group.addTask { try await city.call("POST", "/v1/rides", text, headers: [("idempotency-key", "k")]) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.allSatisfy { $0.status == 201 })
    #expect(Set(answers.compactMap { $0["rideId"]?.text }).count == 1)
    #expect(answers.count { $0.header("idempotent-replayed") == nil } == 1)
    try await city.audit()
  }

  @Test("A request dated back is not older than its quote")
  func datedBack() async throws {
    let city = try await City()
    let quote = try await city.quote("r-1")
    let early = City.start.unixMilliseconds - 3_600_000
    let answer = try await city.call("POST", "/v1/rides", body("r-1", quote, more: #","time":\#(early)"#))
    #expect(answer["requestedAt"]?.text == "2008-06-06T07:00:00.000Z")
  }
}
