import FunctionKit
import HexGrid
import Replay
import Testing

extension EndToEnd {
  /// Versions of models on a server with its private PostgreSQL, which runs on while they change.
  @Suite("Models on a running server", .enabled(if: StoreTools.areThere), .server("--clock", "adjustable"))
  struct ModelsTests {
    let server: Server

    init() throws { server = try Server.ofSuite() }

    /// Ten days of trips, one every fifteen minutes from each of three places, as a file.
    private static func history() -> String {
      var text = "pickup_t,dropoff_t,pu_lat,pu_lon,do_lat,do_lon\n"
      for step in 0..<10 * 96 {
        for place in 0..<3 {
          let time = 1_211_000_400 + step * 900
          text += "\(time),\(time + 600),37.7\(place)3,-122.42,37.7\((place + 1) % 3)3,-122.40\n"
        }
      }
      return text
    }

    private func models(_ arguments: String...) async throws -> JSONValue {
      let run = try await Program.run(["models"] + arguments + ["--json", "--data-dir", server.dataDirectory])
      #expect(run.code == 0, "\(run.errors)")
      return try JSONValue(parsing: Array(run.output.utf8))
    }

    /// Waits until the server forecasts by a version.
    private func forecasts(by model: String) async throws {
      _ = try await eventually("forecasts by \(model)") {
        let reply = try await server.get("/v1/zones/forecast?region=sf&horizon=3600")
        return reply.json?["regions"]?.elements?.first?["model"]?.text == model ? true : nil
      }
    }

    @Test(
      "Versions come from files and from the record, are chosen and rolled back, and the server follows without a restart"
    )
    func versions() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      #expect(try await server.get("/v1/zones/forecast").status == 404)
      let file = try folder.write(Self.history(), to: "history.csv")
      let trained = try await Program.run([
        "train", "--history", file, "--out", "\(folder.path)/model.txt", "--publish", "sf", "--json", "--data-dir",
        server.dataDirectory,
      ])
      #expect(trained.code == 0, "\(trained.errors)")
      #expect(try JSONValue(parsing: Array(trained.output.utf8))["version"]?.integer == 1)
      try await forecasts(by: "1")

      let part = try await models("import", "sf", "\(folder.path)/model.txt", "--share", "20")
      #expect(part["candidate"]?.integer == 2 && part["versions"]?.elements?.count == 2)
      try await forecasts(by: "1+2@20")
      #expect(try await models("activate", "sf", "2")["live"]?.integer == 2)
      try await forecasts(by: "2")
      let back = try await models("rollback", "sf")
      #expect(back["live"]?.integer == 1 && back["former"]?.integer == 2)
      try await forecasts(by: "1")
      let exported = try await models("export", "sf", "2", "\(folder.path)/again.txt")
      #expect(exported["version"]?.integer == 2)
      let same = try await Program.run("cmp", ["\(folder.path)/model.txt", "\(folder.path)/again.txt"])
      #expect(same.code == 0)

      // Nine days of rides on record: an operator has a version learned from them.
      let cells = try (0..<3).map { place in
        let point = GeoPoint(latitude: 37.7 + Double(place) * 0.03, longitude: -122.42)
        return String(try #require(HexCell(point, resolution: 8)).rawValue)
      }
      let rides = """
        INSERT INTO rides (ride_id, quote_id, rider_id, region, vehicle_class, pickup_latitude, pickup_longitude,
          dropoff_latitude, dropoff_longitude, pickup_cell, state, version, offer_round, excluded_drivers,
          fare_minor_units, currency, requested_at, expires_at, started_at, completed_at, request_hash)
        SELECT id, id, id, 'sf', 0, 37.7 + place * 0.03, -122.42, 37.73, -122.40, (ARRAY[\(cells.joined(separator: ", "))])[place + 1], 'expired', 1, 0, '{}', 1, 'USD',
          at, at + 900000, at + 60000, at + 660000, 0
        FROM (SELECT 'm' || step || '-' || place AS id, place,
            \(try await server.now()) - step * 900000::bigint AS at
          FROM generate_series(1, 864) AS step, generate_series(0, 2) AS place) AS past
        """
      let inserted = try await StoreTools.sql(rides, on: server)
      #expect(inserted.code == 0, "\(inserted.errors)")
      let learned = try await server.post("/v1/models/sf/train", "", as: "operator:ann")
      #expect(learned.status == 201, "\(learned)")
      #expect(learned.json?["version"]?["version"]?.integer == 3)
      #expect(learned.json?["version"]?["requests"]?.integer == 864 * 3)
      try await forecasts(by: "3")
      let list = try await Program.run(["models", "list", "sf", "--data-dir", server.dataDirectory])
      #expect(list.output.contains("3  live  trained") && list.output.contains("1  former  imported"), "\(list)")
    }

    @Test("What there is not is refused with a reason")
    func refusals() async throws {
      for (arguments, reason) in [
        (["list", "atlantis"], "atlantis"), (["activate", "nyc", "7"], "no model 7"), (["rollback", "nyc"], "nyc"),
        (["import", "sf", "/no/such/model"], "/no/such/model"), (["export", "sf", "99", "/tmp/never"], "no model 99"),
      ] {
        let run = try await Program.run(["models"] + arguments + ["--data-dir", server.dataDirectory])
        #expect(run.code == 64 && run.errors.contains(reason), "\(run)")
      }
    }
  }
}
