import EmbeddedStores
import FunctionKit
import Replay
import Testing

extension EndToEnd {
  /// The command by itself: options, exit codes, single functions.
  @Suite("Command")
  struct CommandTests {
    private static let options = [
      "serve": ["--host", "--port", "--state", "--clock", "--functions", "--data-dir", "--redis-url", "--postgres-url"]
        + [
          "--max-body-bytes", "--max-header-bytes", "--max-connections", "--header-timeout", "--region", "--log-level",
        ],
      "replay": ["--trips", "--pings", "--city", "--fleet", "--from", "--to", "--speed", "--url", "--json", "--seed"]
        + ["--keep-serving", "--shuffle", "--duplicates", "--batch", "--declines", "--patience"],
      "audit": ["--json", "--data-dir", "--redis-url", "--postgres-url", "--region"],
      "status": ["--url", "--data-dir", "--json"],
      "invoke": ["--event", "--method", "--path", "--json", "--caller"],
      "record": ["--output", "--function", "--seconds", "--max-events", "--redact"],
      "test-feed": ["--function", "--ignore", "--json"],
      "dlq": ["list", "show", "redrive", "purge"],
      "dev": ["--directory", "--build-command", "--program"],
      "new": ["--directory"],
      "functions": ["list", "show", "weight", "promote", "rollback", "log-level"],
      "migrate": ["--status", "--data-dir", "--postgres-url"],
    ]

    @Test("Help of every subcommand lists its options", arguments: Self.options.keys.sorted())
    func help(_ subcommand: String) async throws {
      for arguments in [[subcommand, "--help"], ["help", subcommand]] {
        let help = try await Program.run(arguments)
        #expect(help.code == 0)
        for option in Self.options[subcommand] ?? [] { #expect(help.output.contains(option), "\(option)") }
      }
    }

    @Test("Help of the command lists its subcommands")
    func overview() async throws {
      for arguments in [["--help"], []] {
        let help = try await Program.run(arguments)
        #expect(help.code == 0)
        for subcommand in Self.options.keys { #expect(help.output.contains(subcommand), "\(subcommand)") }
      }
      let version = try await Program.run(["--version"])
      #expect(version.code == 0)
      #expect(version.output.contains("."))
    }

    @Test(
      "What the command line cannot mean exits with 64 and says why",
      arguments: [
        ["serve", "--nope"], ["nope"], ["replay", "--speed", "fast", "--city", "demo"], ["replay"],
        ["replay", "--city", "atlantis"], ["replay", "--city", "demo", "--speed", "max"],
        ["replay", "--city", "demo", "--fleet", "-3"], ["replay", "--city", "demo", "--from", "25:00"],
        ["replay", "--city", "demo", "--requests", "0"], ["replay", "--city", "demo", "--url", "ftp://x"],
        ["replay", "--city", "demo", "--declines", "nan"], ["replay", "--city", "demo", "--duplicates", "2"],
        ["serve", "--port", "70000"], ["serve", "--max-body-bytes", "1"], ["serve", "--state", "disk"],
        ["serve", "--state", "memory", "--region", "x=1,2,3"], ["serve", "--state", "memory", "--region", "x=5,0,1,1"],
        ["serve", "--state", "memory", "--log-level", "loud"], ["status", "--url", "nonsense/x"], ["invoke"],
        ["invoke", "no-such-function"], ["invoke", "location-ping", "--event", "/no/such/file"],
      ])
    func usage(_ arguments: [String]) async throws {
      let outcome = try await Program.run(arguments)
      #expect(outcome.code == 64, "\(outcome)")
      #expect(outcome.errors.contains("Error:"), "\(outcome)")
      #expect(outcome.output.isEmpty)
    }

    @Test("A new function has its files and is known; nothing is overwritten")
    func newFunction() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let catalogue = "Sources/cabstand/Catalog/FunctionCatalog.swift"
      for path in ["functions", "Tests/FunctionTests", "Sources/cabstand/Catalog"] {
        #expect(try await Program.run("/bin/mkdir", ["-p", "\(folder.path)/\(path)"]).code == 0)
      }
      for file in ["Package.swift", catalogue] {
        #expect(try await Program.run("/bin/cp", [Scripts.path(file), "\(folder.path)/\(file)"]).code == 0)
      }
      func text(_ path: String) -> String { Directories.text(of: "\(folder.path)/\(path)") ?? "" }
      let outcome = try await Program.run(["new", "rate-driver", "--directory", folder.path])
      #expect(outcome.code == 0, "\(outcome)")
      let files = [
        "functions/rate-driver/function.yaml", "functions/rate-driver/RateDriver.swift",
        "Tests/FunctionTests/RateDriver/RateDriverTests.swift",
      ]
      for file in files { #expect(!text(file).isEmpty && outcome.output.contains(file), "\(file)") }
      #expect(text("functions/rate-driver/function.yaml").contains("name: rate-driver\n"))
      // It logs, so it imports that; whether all of it builds, scripts/acceptance/new tries.
      #expect(text("functions/rate-driver/RateDriver.swift").contains("import FunctionKit\nimport Logging\n"))
      // Between its neighbours, in both lists.
      #expect(text("Package.swift").contains("  (\"rate-driver\", \"RateDriver\"),\n  (\"rebalance-fleet\""))
      #expect(text(catalogue).contains("import RateDriver\nimport RebalanceFleet"))
      #expect(text(catalogue).contains("RateDriver.specification),\n      entry(\"rebalance-fleet\""))
      let manifest = text("Package.swift")
      #expect(try await Program.run(["new", "rate-driver", "--directory", folder.path]).code == 64)
      #expect(text("Package.swift") == manifest)
      #expect(try await Program.run(["new", "Rate_Driver", "--directory", folder.path]).code == 64)
    }

    @Test("A file that is not there, and one that makes no sense, end a replay with a reason")
    func files() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let missing = try await Program.run(["replay", "--state", "memory", "--trips", "\(folder.path)/none.csv"])
      #expect(missing.code == 1)
      #expect(missing.errors.contains("none.csv"))
      let nonsense = try folder.write("a,b\n1,2\n", to: "nonsense.csv")
      let outcome = try await Program.run(
        ["replay", "--state", "memory", "--pings", nonsense, "--speed", "max", "--quiet"])
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("nonsense.csv"), "\(outcome)")
    }

    @Test("A function runs by itself on an event from a file")
    func invoke() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let time = try await Program.run("date", ["+%s000"]).output.filter(\.isNumber)
      let ping = #"{"driver": "cab-7", "time": \#(time), "latitude": 37.77, "longitude": -122.41}"#
      let file = try folder.write(ping, to: "ping.json")
      let plain = try await Program.run(["invoke", "location-ping", "--event", file])
      #expect(plain.code == 0, "\(plain.errors)")
      #expect(try JSONValue(parsing: Array(plain.output.utf8))["accepted"]?.integer == 1, "\(plain)")

      let event = try folder.write(
        #"{"specversion": "1.0", "id": "1", "source": "/test", "type": "cabstand.driver.pinged.v1", "data": \#(ping)}"#,
        to: "event.json")
      let cloud = try await Program.run(["invoke", "location-ping", "--event", event, "--json"])
      #expect(cloud.code == 0, "\(cloud.errors)")
      let json = try JSONValue(parsing: Array(cloud.output.utf8))
      #expect(json["status"]?.integer == 200)
      #expect(json["body"]?["accepted"]?.integer == 1)

      let shift = try folder.write(#"{"status": "online", "region": "sf"}"#, to: "shift.json")
      let routed = try await Program.run(
        ["invoke", "driver-shift", "--event", shift, "--method", "PUT", "--path", "/v1/drivers/cab-7/shift"])
      #expect(routed.code == 0, "\(routed.errors)")
      #expect(try JSONValue(parsing: Array(routed.output.utf8))["driver"]?.text == "cab-7", "\(routed)")
    }

    @Test("A function that refuses its event exits with 1 and says why")
    func refusal() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let outcome = try await Program.run(
        ["invoke", "location-ping", "--event", try folder.write(#"{"driver": 7}"#, to: "bad.json")])
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("wrongType") && outcome.errors.contains("driver"), "\(outcome)")
    }

    @Test(
      "No function of the catalogue hangs or crashes on nothing",
      arguments: ["match-riders", "expire-offers", "settle-fare"])
    func nothing(_ function: String) async throws {
      let outcome = try await Program.run(["invoke", function])
      #expect(outcome.code == 0 || outcome.code == 1, "\(outcome)")
    }

    @Test("Status without a server exits with 2")
    func status() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      // Port 1 is nobody's.
      let status = try await Program.run(["status", "--url", "http://127.0.0.1:1"])
      #expect(status.code == 2)
      #expect(status.errors.contains("127.0.0.1:1"))
      #expect(status.output.isEmpty)
    }

    @Test("An audit of stores that are not there exits with 2")
    func audit() async throws {
      let outcome = try await Program.run(
        ["audit", "--json", "--redis-url", "redis://127.0.0.1:1", "--postgres-url", "postgresql://127.0.0.1:1/none"])
      #expect(outcome.code == 2, "\(outcome)")
      #expect(outcome.output.isEmpty)
    }

    @Test("A port that is taken ends the server with a reason")
    func port() async throws {
      let server = try await Server.start(["--state", "memory"])
      guard case .tcp(_, let port) = try server.card.address else { throw Server.Failure(description: "no port") }
      let folder = try TestFolder()
      let second = try await Program.run(
        ["serve", "--state", "memory", "--port", "\(port)", "--data-dir", "\(folder.path)/data"])
      #expect(second.code == 1, "\(second)")
      #expect(second.errors.lowercased().contains("in use"), "\(second)")
      await server.stop()
      server.folder.remove()
      folder.remove()
    }
  }
}
