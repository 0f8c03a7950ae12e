import FunctionKit
import NIOCore
import Replay
import Testing

/// Why a ride was offered to whom, asked over HTTP and by the command.
struct ExplainScript {
  let server: Server

  func run() async throws {
    let script = RideScript(server, "explain")
    let foe = RideScript(server, "foe")
    try await script.goOnline()
    try await foe.goOnline()
    let pair = "/v1/riders/\(script.rider)/blocked-drivers/\(foe.driver)"
    #expect(try await server.put(pair, "").status == 204)
    let feed = try await Feed.open(server, "/v1/drivers/\(script.driver)/feed")
    _ = try await feed.first("snapshot")
    let id = try #require(try await script.request()["rideId"]?.text)
    let offer = try await script.offer(of: id, in: feed)
    let offerID = try #require(offer["offerId"]?.text)
    #expect(try await script.accept(offerID).status == 200)
    // Rounds are kept after the offers are out.
    let explained = try await eventually("the round of the offer") { () async throws -> JSONValue? in
      let reply = try await server.get("/v1/rides/\(id)/explain")
      #expect(reply.status == 200)
      let last = reply.json?["rounds"]?.elements?.last
      return last?["outcome"]?.text == "offered" ? reply.json : nil
    }
    let round = try #require(explained["rounds"]?.elements?.last)
    #expect(round["chosen"]?.text == script.driver && round["offerId"]?.text == offerID)
    #expect(round["answer"]?.text == "accepted")
    let reasons = (round["candidates"]?.elements ?? []).map {
      "\($0["driver"]?.text ?? "") \($0["reason"]?.text ?? "")"
    }
    #expect(reasons.contains("\(script.driver) chosen"), "\(reasons)")
    #expect(reasons.contains("\(foe.driver) blocked"), "\(reasons)")
    try await command(id, script)
    await feed.close()
    (try await server.raw("GET", "/v1/rides/r-nobody/explain")).expectProblem(404, "unknownRide", field: "id")
    #expect(try await server.raw("DELETE", pair).status == 204)
    let list = try await server.get("/v1/riders/\(script.rider)/blocked-drivers")
    #expect(list.json?["drivers"]?.elements?.isEmpty == true)
  }

  private func command(_ id: String, _ script: RideScript) async throws {
    let text = try await Program.run(["explain", id, "--data-dir", server.dataDirectory])
    #expect(text.code == 0, "\(text.errors)")
    #expect(text.output.contains("chosen") && text.output.contains(script.driver))
    let json = try await Program.run(["explain", id, "--json", "--url", try server.address])
    #expect(json.code == 0, "\(json.errors)")
    #expect(try JSONValue(parsing: Array(json.output.utf8))["rideId"]?.text == id)
    #expect(try await Program.run(["explain", "r-nobody", "--url", try server.address]).code == 1)
    #expect(try await Program.run(["explain", "no id", "--url", try server.address]).code == 64)
    #expect(try await Program.run(["explain", id, "--url", "http://127.0.0.1:1"]).code == 2)
  }
}

extension EndToEnd {
  @Suite("Explaining in memory", .server("--state", "memory"))
  struct ExplainTests {
    @Test("A ride's rounds tell who was chosen and who was kept apart")
    func explain() async throws { try await ExplainScript(server: try Server.ofSuite()).run() }
  }

  @Suite("Explaining on Redis and PostgreSQL", .enabled(if: StoreTools.areThere), .server())
  struct StoredExplainTests {
    @Test("A ride's rounds tell who was chosen and who was kept apart")
    func explain() async throws { try await ExplainScript(server: try Server.ofSuite()).run() }
  }
}
