import EmbeddedStores
import FunctionKit
import HexGrid
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// Prices on the private Redis and PostgreSQL of a server whose minutes pass quickly.
  @Suite("Surge on Redis and PostgreSQL", .enabled(if: StoreTools.areThere), .server("--clock", "adjustable"))
  struct SurgeTests {
    let server: Server

    init() throws { server = try Server.ofSuite() }

    private func setRate(_ rate: Int) async throws {
      #expect(try await server.put("/admin/clock", #"{"rate": \#(rate)}"#).status == 200)
    }

    private func price() async throws -> JSONValue {
      let cell = try #require(HexCell(GeoPoint(latitude: 37.7750, longitude: -122.4180), resolution: 8))
      return try #require(try await server.get("/v1/zones/\(cell)/price").json)
    }

    @Test("A quote made in a rush is charged when the rush and the prices are gone; the books balance")
    func rush() async throws {
      #expect(try await price()["state"]?.text == "none")
      // A driver too far away to be offered anything, so that the fleet is known, and riders whom nobody can serve.
      var far = RideScript(server, "far")
      far.pickup = #"{"latitude": 38.5, "longitude": -121.5}"#
      try await far.goOnline()
      var waiting: [String] = []
      for index in 0..<8 {
        waiting.append(try #require(try await RideScript(server, "crowd-\(index)").request()["rideId"]?.text))
      }
      try await setRate(60)
      let risen = try await eventually("a surge of 1.2") {
        let price = try await price()
        return price["surge"]?.double ?? 1 >= 1.2 ? price : nil
      }
      #expect(risen["reason"]?.text?.contains("requests and 0 free drivers here") == true)
      let script = RideScript(server, "rush")
      let quote = try await script.quote()
      try await setRate(1)
      #expect(try #require(quote["surge"]?.double) >= 1.2)
      #expect(quote["surgeVersion"]?.integer != nil)
      let line = try #require(quote["lines"]?.elements?.first { $0["name"]?.text == "surge" })
      #expect(try #require(line["minorUnits"]?.integer) > 0)

      // The crowd gives up, and Redis loses everything.
      for (index, ride) in waiting.enumerated() {
        _ = try await server.post("/v1/rides/\(ride)/cancel", #"{"rider": "rider-crowd-\#(index)"}"#)
      }
      #expect(try await StoreTools.redis(["FLUSHALL"], on: server).output.contains("OK"))
      #expect(try await price()["surge"]?.double == 1)
      #expect(try await RideScript(server, "after").quote()["surge"]?.double == 1)

      let id = try await ride(script, try #require(quote["quoteId"]?.text))
      let fare = try #require(try await server.get("/v1/rides/\(id)/fare").json)
      #expect(fare["lines"] == quote["lines"])
      #expect(fare["total"] == quote["fare"])
      let payout = try #require(fare["payout"]?["minorUnits"]?.integer)
      let commission = try #require(fare["commission"]?["minorUnits"]?.integer)
      #expect(payout + commission == quote["fare"]?["minorUnits"]?.integer)
      let audit = try await AuditOutcome(server)
      #expect(audit.violations.isEmpty, "\(audit.violations)")
      #expect(audit.code == 0 && audit.ledgerEntries == 2)
    }

    /// Drives a ride by a quote until it is settled.
    private func ride(_ script: RideScript, _ quote: String) async throws -> String {
      try await script.goOnline()
      let feed = try await Feed.open(server, "/v1/drivers/\(script.driver)/feed")
      let asked = try await server.post("/v1/rides", #"{"rider": "\#(script.rider)", "quoteId": "\#(quote)"}"#)
      let id = try #require(asked.json?["rideId"]?.text, "\(asked.status)")
      let offer = try #require(try await script.offer(of: id, in: feed)["offerId"]?.text)
      #expect(try await script.accept(offer).status == 200)
      for step in ["arrive", "start", "complete"] { _ = try await script.step(step, id) }
      _ = try await script.ride(id, reaches: "settled")
      await feed.close()
      return id
    }
  }
}
