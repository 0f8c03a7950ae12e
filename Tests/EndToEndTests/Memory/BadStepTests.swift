import FunctionKit
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// Steps at the wrong time and requests under a used key, against a server whose clock can be moved.
  @Suite(
    "Bad steps", .server("--state", "memory", "--clock", "adjustable", "--header-timeout", "1", "--body-timeout", "1"))
  struct BadStepTests {
    let server: Server

    init() throws { server = try Server.ofSuite() }

    @Test("The same idempotency key: the same answer for the same body, none for another")
    func idempotency() async throws {
      let script = RideScript(server, "key")
      let body = #"{"rider": "\#(script.rider)", "pickup": \#(script.pickup), "dropoff": \#(script.dropoff)}"#
      let other = #"{"rider": "\#(script.rider)", "pickup": \#(script.dropoff), "dropoff": \#(script.pickup)}"#
      let key = ["idempotency-key: key-1"]
      let first = try await server.raw("POST", "/v1/quotes", body, headers: key)
      #expect(first.status == 201)
      #expect(first.headers["idempotent-replayed"] == nil)
      let again = try await server.raw("POST", "/v1/quotes", body, headers: key)
      #expect(again.status == 201)
      #expect(again.headers["idempotent-replayed"] == "true")
      #expect(again.body == first.body)
      (try await server.raw("POST", "/v1/quotes", other, headers: key))
        .expectProblem(422, "idempotencyKeyReused", field: "Idempotency-Key")

      let quote = try #require(first.json?["quoteId"]?.text)
      let ride = #"{"rider": "\#(script.rider)", "quoteId": "\#(quote)"}"#
      let made = try await server.raw("POST", "/v1/rides", ride, headers: key)
      #expect(made.status == 201)
      #expect(made.headers["location"] == made.json?["rideId"]?.text.map { "/v1/rides/\($0)" })
      let remade = try await server.raw("POST", "/v1/rides", ride, headers: key)
      #expect(remade.status == 201)
      #expect(remade.headers["idempotent-replayed"] == "true")
      #expect(remade.json?["rideId"] == made.json?["rideId"])
      (try await server.raw("POST", "/v1/rides", ride + " ", headers: key))
        .expectProblem(422, "idempotencyKeyReused", field: "Idempotency-Key")
      (try await server.raw("POST", "/v1/rides", ride)).expectProblem(409, "quoteAlreadyUsed", field: "quoteId")
      // One active ride per rider.
      let second = try #require(try await script.quote()["quoteId"]?.text)
      (try await server.raw("POST", "/v1/rides", #"{"rider": "\#(script.rider)", "quoteId": "\#(second)"}"#))
        .expectProblem(409, "rideUnderway", field: "rider")
      (try await server.raw("POST", "/v1/rides", #"{"rider": "thief", "quoteId": "\#(second)"}"#))
        .expectProblem(403, "notYours", field: "quoteId")
      // Only one ride was made of all that.
      let list = try await server.get("/v1/rides?rider=\(script.rider)")
      #expect(list.json?["rides"]?.elements?.count == 1)
      let id = try #require(made.json?["rideId"]?.text)
      #expect(try await server.post("/v1/rides/\(id)/cancel", #"{"rider": "\#(script.rider)"}"#).status == 200)
    }

    @Test("Steps in the wrong order, by the wrong driver, after the end")
    func illegal() async throws {
      let script = RideScript(server, "order")
      try await script.goOnline()
      let feed = try await Feed.open(server, "/v1/drivers/\(script.driver)/feed")
      let id = try #require(try await script.request()["rideId"]?.text)
      let driver = #"{"driver": "\#(script.driver)"}"#
      func refuse(_ step: String, _ body: String, _ status: Int, _ code: String) async throws {
        (try await server.raw("POST", "/v1/rides/\(id)/\(step)", body)).expectProblem(status, code)
      }
      (try await server.raw("GET", "/v1/rides/\(id)/fare")).expectProblem(409, "notSettled")
      let offer = try #require(try await script.offer(of: id, in: feed)["offerId"]?.text)
      (try await server.raw("POST", "/v1/offers/\(offer)/accept", #"{"driver": "another"}"#))
        .expectProblem(403, "notYourOffer", field: "driver")
      #expect(try await script.accept(offer).status == 200)
      try await refuse("start", driver, 409, "illegalTransition")
      try await refuse("complete", driver, 409, "illegalTransition")
      try await refuse("arrive", #"{"driver": "another"}"#, 403, "notYours")
      // Going offline would leave the rider behind.
      (try await server.raw("PUT", "/v1/drivers/\(script.driver)/shift", #"{"status": "offline"}"#))
        .expectProblem(409, "rideUnderway")
      _ = try await script.step("arrive", id)
      try await refuse("no-show", driver, 409, "tooEarly")
      _ = try await script.step("start", id)
      try await refuse("cancel", #"{"rider": "\#(script.rider)"}"#, 409, "illegalTransition")
      try await refuse("no-show", driver, 409, "illegalTransition")
      (try await server.raw(
        "POST", "/v1/rides/\(id)/complete", #"{"driver": "\#(script.driver)", "distanceMeters": -1}"#))
        .expectProblem(400, "outOfRange", field: "distanceMeters")
      (try await server.raw("POST", "/v1/rides/\(id)/complete", #"{"driver": "\#(script.driver)", "time": 5}"#))
        .expectProblem(422, "timeTooOld", field: "time")
      // A step that was taken is answered as it was.
      #expect(try await script.step("arrive", id)["state"]?.text == "started")
      _ = try await script.step("complete", id)
      let settled = try await script.ride(id, reaches: "settled")
      try await refuse("cancel", driver, 409, "illegalTransition")
      // Nothing of all that changed the ride.
      #expect(try await server.get("/v1/rides/\(id)").json == settled)
      await feed.close()
      try await script.goOffline()
    }

    @Test("An accept after the offer's end")
    func expired() async throws {
      let script = RideScript(server, "late")
      try await script.goOnline()
      let feed = try await Feed.open(server, "/v1/drivers/\(script.driver)/feed")
      let id = try #require(try await script.request()["rideId"]?.text)
      let offer = try #require(try await script.offer(of: id, in: feed)["offerId"]?.text)
      // City time goes on by a minute at once.
      let now = try await server.now() + 60_000
      let clock = try await server.put("/admin/clock", #"{"now": \#(now), "rate": 1}"#)
      #expect(clock.status == 200)
      (try await server.raw("POST", "/v1/offers/\(offer)/accept", #"{"driver": "\#(script.driver)"}"#))
        .expectProblem(410, "offerExpired")
      let withdrawn = try await feed.entry("the withdrawal") { $0.name == "offerWithdrawn" }
      #expect(withdrawn.data["reason"]?.text == "expired")
      #expect(withdrawn.data["offerId"]?.text == offer)
      // And once more, now that it is closed.
      (try await server.raw("POST", "/v1/offers/\(offer)/accept", #"{"driver": "\#(script.driver)"}"#))
        .expectProblem(410, "offerExpired")
      #expect(try await server.post("/v1/rides/\(id)/cancel", #"{"rider": "\#(script.rider)"}"#).status == 200)
      await feed.close()
      try await script.goOffline()
    }

    @Test("A completed ride is settled by its event, not only by a sweep")
    func settledByEvent() async throws {
      _ = try await RideScript(server, "still").play(stoppingTheClock: true)
    }

    @Test("A quote after its end")
    func oldQuote() async throws {
      let script = RideScript(server, "old-quote")
      let quote = try #require(try await script.quote()["quoteId"]?.text)
      let now = try await server.now() + 601_000
      #expect(try await server.put("/admin/clock", #"{"now": \#(now)}"#).status == 200)
      (try await server.raw("POST", "/v1/rides", #"{"rider": "\#(script.rider)", "quoteId": "\#(quote)"}"#))
        .expectProblem(410, "quoteExpired", field: "quoteId")
    }

    @Test("The clock refuses what is no time and no rate")
    func clock() async throws {
      for (body, field) in [(#"{"rate": -1}"#, "rate"), (#"{"rate": 1e999}"#, "rate"), (#"{"rate": 100001}"#, "rate")] {
        (try await server.raw("PUT", "/admin/clock", body)).expectProblem(400, "outOfRange", field: field)
      }
      (try await server.raw("PUT", "/admin/clock", #"{"rate": "fast"}"#)).expectProblem(400, "wrongType", field: "rate")
      (try await server.raw("PUT", "/admin/clock", #"{"now": "soon"}"#)).expectProblem(400, "badTime", field: "now")
      (try await server.raw("PUT", "/admin/clock", "{")).expectProblem(400, "malformedJSON")
      let now = try await server.now()
      let faster = try await server.put("/admin/clock", #"{"rate": 60}"#)
      #expect(faster.json?["rate"]?.double == 60)
      _ = try await eventually("a minute of city time") { try await server.now() > now + 60_000 ? true : nil }
      #expect(try await server.put("/admin/clock", #"{"rate": 1}"#).status == 200)
    }

    @Test("A client that sends too slowly is cut off, with an answer")
    func slow() async throws {
      let head = "GET /healthz HTTP/1.1\r\nhost: x\r\n"
      for part in [head, "POST /v1/pings HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"] {
        // Nothing more comes, so it is the server that ends this.
        let replies = try await RawSocket.exchange([Array(part.utf8)], with: server.card.address)
        try #require(replies.first).expectProblem(408, "requestTimeout")
      }
      #expect(try await server.raw("GET", "/healthz").status == 200)
    }
  }
}
