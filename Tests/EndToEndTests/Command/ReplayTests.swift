import EmbeddedStores
import FunctionKit
import Glibc
import HexGrid
import NIOCore
import Replay
import Testing

extension EndToEnd {
  /// Whole replays, as programs see them.
  @Suite("Replay")
  struct ReplayTests {
    @Test("A generated city by the interface that programs rely on")
    func demo() async throws {
      let report = try await ReplayRun.start(
        ["--city", "demo", "--state", "memory", "--requests", "30", "--fleet", "30", "--speed", "240"]
          + ["--from", "17:00", "--to", "17:10"]
      ).report()
      report.expectAllFinal(requests: 30)
      let served = try #require(report["served"]?.integer)
      #expect(served > 15)
      let rate = try #require(report["serviceRate"]?.double)
      #expect(abs(rate - Double(served) / 30) < 0.001)
      for name in ["mean", "median", "p90"] {
        let wait = try #require(report["waitSeconds"]?[name]?.double)
        #expect((0...1_500).contains(wait), "\(name)")
      }
      #expect((0...1).contains(try #require(report["emptyShare"]?.double)))
      #expect(try #require(report["http"]?["requests"]?.integer) > 100)
      #expect(report["http"]?["errors"]?.integer == 0, "\(report)")
      for name in ["p50", "p99", "max"] {
        #expect(try #require(report["http"]?["latencyMilliseconds"]?[name]?.double) > 0)
      }
      let pings = try #require(report["pings"])
      let sent = try #require(pings["sent"]?.integer)
      let (accepted, rejected) = (pings["accepted"]?.integer ?? -1, pings["rejected"]?.integer ?? -1)
      #expect(sent > 0 && accepted > 0 && rejected == 0 && accepted <= sent, "\(pings)")
      #expect(try #require(pings["perSecond"]?.double) > 0)
      #expect(try #require(report["revenue"]?["minorUnits"]?.integer) > 0)
      #expect(report["revenue"]?["currency"]?.text == "USD")
      #expect(try #require(report["wallSeconds"]?.double) > 0)
    }

    @Test("Recorded pings as fast as they go: every zone's supply equals a recount, shuffled and doubled too")
    func pings() async throws {
      let server = try await Server.start(["--state", "memory", "--clock", "adjustable"])
      let folder = try TestFolder()
      var random = SplitMix64(seed: 7)
      var text = "t,cab,lat,lon,occ\n"
      var latest: [String: (time: Int, latitude: Double, longitude: Double)] = [:]
      for row in 0..<6_000 {
        let cab = "cab\(row % 120)"
        let time = 1_212_735_600 + row / 120 * 60
        // Five decimals, as a recorder writes them.
        let latitude = Double(Int.random(in: 3_770_000...3_780_000, using: &random)) / 100_000
        let longitude = Double(Int.random(in: -12_245_000 ... -12_235_000, using: &random)) / 100_000
        text += "\(time),\(cab),\(latitude),\(longitude),\(row % 2)\n"
        latest[cab] = (time, latitude, longitude)
      }
      var expected: [String: Int] = [:]
      for (_, ping) in latest {
        let point = GeoPoint(latitude: ping.latitude, longitude: ping.longitude)
        expected[try #require(HexCell(point, resolution: 8)).description, default: 0] += 1
      }
      let file = try folder.write(text, to: "pings.csv")
      for extra in [["--shuffle", "3", "--duplicates", "0.3"], []] {
        let report = try await ReplayRun.start(
          ["--pings", file, "--speed", "max", "--url", try server.address] + extra
        ).report()
        #expect(report["pings"]?["rejected"]?.integer == 0)
        #expect(try #require(report["pings"]?["accepted"]?.integer) >= 6_000)
        #expect(report["http"]?["errors"]?.integer == 0)
        #expect(report["drivers"]?.integer == 120)
        // Counts are shared for a quarter of a second.
        let found = try await eventually("the supply of all cells", within: .seconds(20)) {
          let found = try await supply(server)
          return found == expected ? found : nil
        }
        #expect(found == expected)
      }
      await server.stop()
      server.folder.remove()
      folder.remove()
    }

    private func supply(_ server: Server) async throws -> [String: Int] {
      let features = try await server.get("/v1/zones/load?resolution=8").json?["features"]?.elements ?? []
      var found: [String: Int] = [:]
      for feature in features {
        guard let cell = feature["properties"]?["cell"]?.text, let supply = feature["properties"]?["supply"]?.integer,
          supply > 0
        else { continue }
        found[cell] = supply
      }
      return found
    }

    @Test("A replay that is interrupted stops its server and reports what it has")
    func interrupted() async throws {
      let folder = try TestFolder()
      let run = try ReplayRun.start(
        ["--city", "demo", "--state", "memory", "--requests", "500", "--speed", "1"]
          + ["--data-dir", "\(folder.path)/some/where"])
      let server = try await eventually("its server") {
        ProcessList.naming(folder.path).first { $0.contains(" serve ") }
      }
      #expect(!server.isEmpty)
      _ = try await eventually("the first progress") {
        Directories.text(of: "\(run.folder.path)/progress")?.contains("pings/s") == true ? true : nil
      }
      run.child.signal(SIGINT)
      let outcome = await Program.outcome(
        of: run.child, output: "\(run.folder.path)/report", errors: "\(run.folder.path)/progress")
      #expect(outcome.code == 0, "\(outcome)")
      #expect((try? JSONValue(parsing: Array(outcome.output.utf8)))?["interrupted"] == .bool(true), "\(outcome)")
      #expect(try await ProcessList.afterWaiting(folder.path).isEmpty)
      run.folder.remove()
      folder.remove()
    }

    @Test("A quarter of an hour of the recorded Friday ends with every request final", .enabled(if: Friday.isThere))
    func friday() async throws {
      let report = try await ReplayRun.start(
        ["--trips", Friday.trips, "--pings", Friday.pings, "--from", "17:00", "--to", "17:15"]
          + ["--fleet", "100", "--speed", "120", "--state", "memory"]
      ).report()
      report.expectAllFinal()
      #expect(try #require(report["requests"]?.integer) > 50)
      #expect(try #require(report["served"]?.integer) > 0)
      #expect(report["drivers"]?.integer == 100)
    }
  }

  /// The recorded San Francisco Friday.
  enum Friday {
    private static let folder =
      (getenv("CABSTAND_DATA").map { String(cString: $0) } ?? "\(package)/../shared/data") + "/sf_cabs"
    private static let package = "/" + "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
    static let trips = "\(folder)/trips_2008-06-06_fri.csv.gz"
    static let pings = "\(folder)/pings_2008-06-06_fri.csv.gz"

    static let isThere: Bool = {
      let found = access(trips, R_OK) == 0 && access(pings, R_OK) == 0
      if !found {
        print("skipped: the recorded Friday, because it is not at hand; CABSTAND_DATA names the folder of the files")
      }
      return found
    }()
  }
}
