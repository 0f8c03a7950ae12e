import EmbeddedStores
import Testing

extension EndToEnd {
  /// Several servers on the same stores, as processes.
  @Suite("Instances", .enabled(if: StoreTools.areThere && Scripts.canRun))
  struct InstancesTests {
    /// The script kills one of them with -9 in the middle of a tick and counts what came at a URL outside; here at 1200 times real time.
    @Test("Two servers share an hour of ticks, one is killed: each tick once, none early")
    func ticks() async throws {
      let outcome = try await Program.run(
        "/usr/bin/env",
        ["CABSTAND=\(try #require(Program.path))", "RATE=1200", Scripts.path("scripts/acceptance/instances")])
      #expect(outcome.code == 0, "\(outcome.output) \(outcome.errors)")
      #expect(outcome.output.contains("was killed with -9 in the middle of a tick"), "\(outcome.output)")
      #expect(outcome.output.contains("once: 60 ticks were due, 60 came, 0 lost, 0 doubled"), "\(outcome.output)")
      #expect(outcome.output.contains("1 interrupted and repeated"), "\(outcome.output)")
    }
  }

  /// The scripts of this checkout.
  enum Scripts {
    /// Whether what they need is there; says so where it is not.
    static let canRun: Bool = {
      let missing = ["python3", "curl", "pgrep", "bash"].filter { findExecutable($0) == nil }
      if !missing.isEmpty {
        print("skipped: acceptance scripts, because \(missing.joined(separator: ", ")) is not installed")
      }
      return missing.isEmpty
    }()

    /// Where one is.
    static func path(_ name: String) -> String {
      "/" + "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/") + "/" + name
    }
  }
}
