import FunctionKit
import HexGrid
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// A server whose state is in memory, at real time.
  @Suite("Server in memory", .server("--state", "memory"))
  struct MemoryServerTests {
    let server: Server

    init() throws { server = try Server.ofSuite() }

    @Test("A ride from the shift to the settled fare")
    func ride() async throws {
      let settled = try await RideScript(server, "whole").play()
      let id = try #require(settled["rideId"]?.text)
      // A feed of a ride that is over tells so and ends.
      let feed = try await Feed.open(server, "/v1/rides/\(id)/feed")
      #expect(try await feed.first("snapshot")["state"]?.text == "settled")
      #expect((try? await feed.ending().get())?.status == 200)
      // It is found by rider and by state.
      let list = try await server.get("/v1/rides?rider=rider-whole&state=settled")
      #expect(list.json?["rides"]?.elements?.compactMap { $0["rideId"]?.text } == [id])
    }

    @Test("A feed resumes after the last event that its client saw")
    func resume() async throws {
      let script = RideScript(server, "resume")
      try await script.goOnline()
      let feed = try await Feed.open(server, "/v1/drivers/\(script.driver)/feed")
      _ = try await feed.first("snapshot")
      let id = try #require(try await script.request()["rideId"]?.text)
      let offer = try await script.offer(of: id, in: feed)
      let seen = try #require(feed.entries.last { $0.name == "offer" }?.id)
      await feed.close()
      // The rider gives up while the driver's app is away.
      let cancelled = try await server.post("/v1/rides/\(id)/cancel", #"{"rider": "\#(script.rider)"}"#)
      #expect(cancelled.status == 200)
      let again = try await Feed.open(server, "/v1/drivers/\(script.driver)/feed", lastEventID: seen)
      let snapshot = try await again.entry("a snapshot") { $0.name == "snapshot" }
      #expect(snapshot.data["offer"] == .null)
      let withdrawn = try #require(again.entries.first)
      #expect(withdrawn.name == "offerWithdrawn")
      #expect(withdrawn.data["offerId"] == offer["offerId"])
      #expect(withdrawn.data["reason"]?.text == "cancelledByRider")
      await again.close()
      try await script.goOffline()
    }

    @Test("Zone load is GeoJSON with the counts of every cell")
    func zones() async throws {
      // Far from the other tests: the regions' fleets are by position, and this place has nobody else.
      let cell = try #require(HexCell(GeoPoint(latitude: 37.7000, longitude: -122.4000), resolution: 8))
      let now = try await server.now()
      for index in 0..<3 {
        let ping = #"{"driver": "zone-\#(index)", "time": \#(now), "latitude": 37.7, "longitude": -122.4}"#
        #expect(try await server.post("/v1/pings", ping).status == 200)
      }
      let properties = try await eventually("three drivers in the zone") { () async throws -> JSONValue? in
        let load = try await server.get("/v1/zones/load?resolution=8&bbox=-122.42,37.69,-122.38,37.71")
        #expect(load.status == 200)
        #expect(load.json?["type"]?.text == "FeatureCollection")
        let features = load.json?["features"]?.elements ?? []
        let mine = features.first { $0["properties"]?["cell"]?.text == cell.description }
        let ring = mine?["geometry"]?["coordinates"]?.elements?.first?.elements ?? []
        if let mine {
          #expect(mine["geometry"]?["type"]?.text == "Polygon")
          #expect(ring.count >= 6 && ring.first == ring.last)
        }
        return mine?["properties"]?["supply"]?.integer == 3 ? mine?["properties"] : nil
      }
      for name in ["demand", "idle", "openRequests", "completed"] { #expect(properties[name]?.integer == 0, "\(name)") }
      // A coarser grid adds up the same drivers.
      let coarse = try await server.get("/v1/zones/load?resolution=0")
      let supply = (coarse.json?["features"]?.elements ?? []).compactMap { $0["properties"]?["supply"]?.integer }
      #expect(supply.reduce(0, +) >= 3)
      #expect(try await server.get("/v1/zones/\(cell)/load").json?["cell"]?.text == cell.description)
    }

    @Test("The zones' feed tells all zones, then the changed ones")
    func zonesFeed() async throws {
      let feed = try await Feed.open(server, "/v1/zones/feed?resolution=8&region=sf")
      _ = try await feed.first("load")
      let cell = try #require(HexCell(GeoPoint(latitude: 37.7300, longitude: -122.4500), resolution: 8))
      let now = try await server.now()
      let ping = #"{"driver": "zone-feed", "time": \#(now), "latitude": 37.73, "longitude": -122.45}"#
      #expect(try await server.post("/v1/pings", ping).status == 200)
      let entry = try await feed.entry("the new driver's cell") { entry in
        (entry.data["cells"]?.elements ?? []).contains {
          $0["cell"]?.text == cell.description && $0["supply"]?.integer == 1
        }
      }
      #expect(entry.name == "load")
      await feed.close()
    }

    @Test("What the server tells of itself")
    func itself() async throws {
      for path in ["/healthz", "/readyz"] {
        let health = try await server.get(path)
        #expect(health.status == 200)
        #expect(health.json?["status"]?.text == "ok")
      }
      let description = try await server.get("/openapi.json")
      #expect(description.json?["openapi"]?.text?.hasPrefix("3.1") == true)
      let functions = try #require(try await server.get("/admin/functions").json?["functions"]?.elements)
      #expect(functions.count >= 13)
      for function in functions {
        #expect(function["name"]?.text?.isEmpty == false)
        #expect(function["version"]?.text?.isEmpty == false)
        #expect(function["triggers"]?.elements?.isEmpty == false)
      }
      let metrics = try await server.raw("GET", "/metrics")
      #expect(metrics.status == 200)
      #expect(metrics.headers["content-type"]?.hasPrefix("text/plain") == true)
      let samples = metrics.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      #expect(samples.count > 10)
      for sample in samples {
        #expect(sample.split(separator: " ").last.flatMap { Double($0) } != nil, "\(sample)")
      }
    }

    @Test("Every route of the OpenAPI document is there")
    func routes() async throws {
      guard case .object(let paths)? = try await server.get("/openapi.json").json?["paths"] else {
        Issue.record("no paths")
        return
      }
      #expect(paths.count > 15)
      for path in paths {
        // A method that no path has: 405 says that the path is known, and lists its methods.
        let filled = path.key.split(separator: "/").map { $0.hasPrefix("{") ? "x" : $0 }.joined(separator: "/")
        let reply = try await server.raw("PATCH", "/" + filled)
        reply.expectProblem(405, "methodNotAllowed")
        guard case .object(let operations) = path.value else { continue }
        let allowed = reply.headers["allow"] ?? ""
        for operation in operations where ["get", "put", "post", "delete"].contains(operation.key) {
          #expect(allowed.contains(operation.key.uppercased()), "\(operation.key) \(path.key), allowed \(allowed)")
        }
      }
    }

    @Test("Real time cannot be set")
    func clock() async throws {
      let clock = try await server.get("/admin/clock")
      #expect(clock.json?["rate"]?.double == 1)
      #expect(clock.json?["adjustable"] == .bool(false))
      (try await server.raw("PUT", "/admin/clock", #"{"rate": 60}"#)).expectProblem(403, "clockFixed")
    }

    @Test("The status command finds the server through its data directory")
    func status() async throws {
      let status = try await Program.run(["status", "--json", "--data-dir", server.dataDirectory])
      #expect(status.code == 0, "\(status.errors)")
      let json = try JSONValue(parsing: Array(status.output.utf8))
      #expect(json["ready"] == .bool(true))
      #expect(json["address"]?.text == (try server.address))
      #expect(json["functions"]?["functions"]?.elements?.isEmpty == false)
      #expect(json["totals"]?["supply"]?.integer != nil)
      let text = try await Program.run(["status", "--url", try server.address])
      #expect(text.code == 0)
      #expect(text.output.contains("ready"))
    }
  }
}
